/* What the live figures share: controls, the loop, the plane with points. live.js does the mathematics, a script for
   each figure the rest. Nothing is computed before the reader starts a figure, nor while it cannot be seen. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  if (live.add) return;

  var GRID = 40; // the plane is computed at so many places a side
  var SIZE = 320; // pixels of a plane

  function make(tag, attributes, content) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      node.setAttribute(name, attributes[name]);
    });
    [].concat(content === undefined ? [] : content).forEach(function (part) {
      node.append(part);
    });
    if (/^(button|input|select|canvas)$/.test(tag)) node.setAttribute("data-lm-suppress-shortcuts", "true");
    return node;
  }

  /* The same for a drawing. */
  function shape(tag, attributes, content) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    if (content !== undefined) node.textContent = content;
    return node;
  }

  function text(number, digits) {
    return String(Number(number.toFixed(digits === undefined ? 3 : digits)) + 0).replace("-", "\u2212");
  }

  /* A probability that is not shown as certain while it is not. */
  function odds(p) {
    return p > 0.9995 && p < 1 ? "over 0.999" : p > 0 && p < 0.0005 ? "under 0.001" : text(p, 3);
  }

  function percent(share) {
    return text(100 * share, 1) + "\u00a0%";
  }

  /* What all figures share: controls, the loop, what is said, the link to a state. --------------------------------- */

  function Stage(root, data, name) {
    var place = make("div", { class: "dlb-live-stage" });
    var bar = make("fieldset", { class: "dlb-live-bar", "aria-label": "Actions" });
    var view = make("div", { class: "dlb-live-view" });
    var result = make("p", { class: "dlb-live-result" });
    var status = make("p", { class: "dlb-unseen", role: "status" });
    var figure = null;
    var play = null;
    var playing = false;
    var onScreen = true;
    var printing = false;
    var count = 0;
    var known = {}; // the colours, until they change

    place.append(bar, view, result, status);

    function colour(key) {
      if (!known[key]) {
        var value = printing ? "" : getComputedStyle(root).getPropertyValue("--dlb-" + key).trim();
        known[key] = value || data.colours[key];
      }
      return known[key];
    }

    /* From the blue of -1 over paper to the vermilion of 1. */
    function tones() {
      if (!known.tones) {
        known.tones = [];
        for (var level = -10; level <= 10; level++) {
          known.tones.push(mixed(colour("paper"), colour(level < 0 ? "blue" : "vermilion"), 0.055 * Math.abs(level)));
        }
      }
      return known.tones;
    }

    /* Show a result; say it once the reader stops. */
    function tell(sentence, quietly) {
      result.textContent = sentence;
      if (!quietly) status.textContent = sentence;
    }

    function draw() {
      figure.draw();
      tell(figure.tell(), playing);
    }

    function button(label, action) {
      var node = make("button", { type: "button" }, label);
      node.addEventListener("click", action);
      bar.append(node);
      return node;
    }

    function pause() {
      if (!playing) return;
      playing = false;
      play.textContent = "Play";
      if (figure.paused) figure.paused();
      draw();
    }

    function frame(time) {
      if (!playing) return;
      if (!root.isConnected || document.hidden || !onScreen) return pause();
      var more = figure.play(time);
      if (!more) return pause();
      window.requestAnimationFrame(frame);
    }

    function player(step) {
      button("Step", function () {
        pause();
        step();
        draw();
      });
      play = button("Play", function () {
        if (playing) return pause();
        playing = true;
        play.textContent = "Pause";
        window.requestAnimationFrame(frame);
      });
      play.className = "dlb-live-play";
    }

    function closing(reset) {
      button("Reset", function () {
        pause();
        reset();
        draw();
      });
      button("Link", function () {
        var fields = figure.state();
        var query = Object.keys(fields).map(function (key) {
          return key + "=" + encodeURIComponent(fields[key]);
        });
        window.history.replaceState(null, "", "#" + name + "?" + query.join("&"));
        tell("The address of this page now leads to this state.");
      });
    }

    /* Controls by what they offer: texts make a menu, numbers a slider, and neither a whole number to type. */
    function settings(specs, now, change, more) {
      var set = make("fieldset", { class: "dlb-controls", "aria-label": "Settings" });
      specs.forEach(function (spec) {
        var key = spec[0];
        var values = spec[2];
        var id = name + "-" + key;
        var label = make("label", { for: id }, spec[1]);
        var input;
        if (!values) {
          input = make("input", { id: id, type: "number", min: 0, max: 9999, step: 1, value: now[key] });
          input.addEventListener("change", function () {
            now[key] = Math.min(Math.max(Math.round(Number(input.value)) || 0, 0), 9999);
            input.value = now[key];
            change(key);
          });
          set.append(make("div", { class: "dlb-control dlb-menu" }, [label, input]));
        } else if (typeof values[0] === "string") {
          input = make("select", { id: id }, values.map(function (value) {
            return make("option", { value: value }, value.replace(/_/g, " "));
          }));
          input.value = now[key];
          input.addEventListener("change", function () {
            now[key] = input.value;
            change(key);
          });
          set.append(make("div", { class: "dlb-control dlb-menu" }, [label, input]));
        } else {
          var output = make("output", { for: id, "aria-live": "off" }, String(now[key]));
          input = make("input", { id: id, type: "range", min: 0, max: values.length - 1, step: 1 });
          input.value = values.indexOf(now[key]);
          input.setAttribute("aria-valuetext", now[key]);
          input.addEventListener("input", function () {
            now[key] = values[Number(input.value)];
            output.textContent = now[key];
            input.setAttribute("aria-valuetext", now[key]);
            change(key);
          });
          set.append(make("div", { class: "dlb-control dlb-slider" }, [label, input, output]));
        }
      });
      if (more) place.append(make("details", {}, [make("summary", {}, more), set]));
      else place.append(set);
    }

    function canvas(width, height, label) {
      var node = make("canvas", { role: "img", "aria-label": label });
      var sharp = Math.min(window.devicePixelRatio || 1, 2);
      var pen = node.getContext("2d");

      function resize(to) {
        if (node.height === to * sharp) return;
        node.width = width * sharp;
        node.height = to * sharp;
        node.style.aspectRatio = width + " / " + to;
        pen.scale(sharp, sharp);
        pen.font = "13px sans-serif";
      }

      node.style.maxWidth = width + "px";
      resize(height);
      return { node: node, pen: pen, resize: resize };
    }

    /* Let a canvas be used by keyboard: arrows move, and Space or Enter acts. */
    function keys(node, move, act) {
      node.setAttribute("role", "application");
      node.setAttribute("tabindex", "0");
      node.addEventListener("keydown", function (event) {
        var way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (way) move(way, event.shiftKey);
        else if (act && (event.key === " " || event.key === "Enter")) act();
        else return;
        event.preventDefault();
      });
      node.addEventListener("focus", function () { figure.draw(); });
      node.addEventListener("blur", function () { figure.draw(); });
    }

    function redraw() {
      known = {};
      if (figure) figure.draw();
    }

    function begin() {
      root.classList.add("dlb-live-on");
      root.append(place);
      figure = live.figures[root.dataset.dlbLive](stage, data.options);
      draw();
      new IntersectionObserver(function (entries) {
        onScreen = entries[entries.length - 1].isIntersecting;
      }).observe(root);
      new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
      window.addEventListener("beforeprint", function () { printing = true; redraw(); });
      window.addEventListener("afterprint", function () { printing = false; redraw(); });
      root.dlbookFigure = figure;
    }

    var stage = {
      bar: bar, begin: begin, button: button, canvas: canvas, closing: closing, colour: colour, draw: draw,
      keys: keys, pause: pause, place: place, player: player, settings: settings, tell: tell, tones: tones, view: view,
      calm: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      id: function () { return name + "-" + count++; },
      say: function (sentence) { status.textContent = sentence; },
      linked: linked(name),
    };
    return stage;
  }

  /* Numbers as squares, so many in a row. */
  var tiny = make("canvas");

  function mosaic(pen, wide, n, size, x, y, colour) {
    tiny.width = wide;
    tiny.height = Math.ceil(n / wide);
    var ink = tiny.getContext("2d");
    var image = ink.createImageData(wide, tiny.height);
    for (var k = 0; k < n; k++) image.data.set(colour(k), 4 * k);
    for (k = 0; k < n; k++) image.data[4 * k + 3] = 255;
    ink.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(tiny, x, y, size * wide, size * tiny.height);
  }

  /* A frame that is seen on any ground. */
  function frame(stage, pen, x, y, wide, high, colour) {
    [["paper", 4], [colour, 2]].forEach(function (look) {
      pen.strokeStyle = stage.colour(look[0]);
      pen.lineWidth = look[1];
      pen.strokeRect(x, y, wide, high);
    });
  }

  /* Where a hand is on a canvas, in pixels of a picture so many wide: whole numbers are their middles. */
  function spot(node, event, wide) {
    var box = node.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * wide - 0.5, (event.clientY - box.top) / box.width * wide - 0.5];
  }

  /* The state that the address of the page asks for, or null. */
  function linked(name) {
    var hash = window.location.hash;
    if (hash.indexOf("#" + name + "?") !== 0) return null;
    var fields = {};
    hash.slice(name.length + 2).split("&").forEach(function (part) {
      var pair = part.split("=");
      try {
        fields[pair[0]] = decodeURIComponent(pair[1] || "");
      } catch (error) {
        fields[pair[0]] = ""; // somebody has cut the address
      }
    });
    return fields;
  }

  /* Take over the values of an address that a control offers. */
  function adopt(now, specs, fields) {
    specs.forEach(function (spec) {
      (spec[2] || [Math.round(Number(fields && fields[spec[0]]))]).forEach(function (value) {
        if (fields && String(value) === fields[spec[0]]) now[spec[0]] = value;
      });
    });
  }

  function mixed(paper, ink, share) {
    return [1, 3, 5].map(function (k) {
      var from = parseInt(paper.substr(k, 2), 16);
      return Math.round(from + share * (parseInt(ink.substr(k, 2), 16) - from));
    });
  }

  /* A small picture of numbers from -1 to 1, painted into a square. */
  var small = make("canvas", { width: GRID, height: GRID });

  function heat(stage, pen, values, x, y, size) {
    var ink = small.getContext("2d");
    var image = ink.createImageData(GRID, GRID);
    var tones = stage.tones();
    for (var k = 0; k < GRID * GRID; k++) {
      var tone = tones[Math.round(10 * Math.max(-1, Math.min(1, values(k) || 0))) + 10];
      image.data[4 * k] = tone[0];
      image.data[4 * k + 1] = tone[1];
      image.data[4 * k + 2] = tone[2];
      image.data[4 * k + 3] = 255;
    }
    ink.putImageData(image, 0, 0);
    pen.drawImage(small, x, y, size, size);
  }

  /* A plane with points that the reader adds, moves, turns and removes, by mouse, touch and keyboard. */
  function plane(stage, options) {
    var reach = options.reach;
    var made = stage.canvas(SIZE, SIZE, "");
    var node = made.node;
    stage.view.append(node);
    var pen = made.pen;
    var now = { tool: "add a disc" };
    var cursor = [0, 0];
    var held = -1;
    var pressed = null;

    node.setAttribute("role", "application");
    node.setAttribute("tabindex", "0");
    node.setAttribute("aria-label", "Plane with points. Arrow keys move a cross, Enter " +
      "does there what the menu says, M takes the nearest point along and puts it down.");

    function pixel(value, flip) {
      return (flip ? reach - value : value + reach) * SIZE / (2 * reach);
    }

    function at(event) {
      var box = node.getBoundingClientRect();
      return [
        (event.clientX - box.left) / box.width * 2 * reach - reach,
        reach - (event.clientY - box.top) / box.height * 2 * reach,
      ];
    }

    /* The point nearest to a place, if it is within a finger's reach. */
    function near(spot) {
      var found = -1;
      var least = 22 * 2 * reach / node.getBoundingClientRect().width;
      options.points().y.forEach(function (_, k) {
        var x = options.points().x;
        var far = Math.hypot(x[2 * k] - spot[0], x[2 * k + 1] - spot[1]);
        if (far < least) {
          least = far;
          found = k;
        }
      });
      return found;
    }

    function changed(x, y, words) {
      options.change({ x: x, y: y });
      stage.draw();
      if (words) stage.tell(words);
    }

    function act(spot) {
      var given = options.points();
      var x = Array.from(given.x);
      var y = Array.from(given.y);
      var k = near(spot);
      if (now.tool === "remove") {
        if (k < 0 || y.length < 2) return stage.tell("There is no point to remove here.");
        x.splice(2 * k, 2);
        y.splice(k, 1);
      } else if (y.length >= options.most) {
        return stage.tell("There is room for " + options.most + " points.");
      } else {
        x.push(spot[0], spot[1]);
        y.push(now.tool === "add a disc" ? 1 : 0);
      }
      changed(x, y);
    }

    function move(k, spot) {
      var x = Array.from(options.points().x);
      x[2 * k] = Math.max(-reach, Math.min(reach, spot[0]));
      x[2 * k + 1] = Math.max(-reach, Math.min(reach, spot[1]));
      changed(x, Array.from(options.points().y));
    }

    node.addEventListener("pointerdown", function (event) {
      stage.pause();
      pressed = { point: now.tool === "remove" ? -1 : near(at(event)), x: event.clientX, y: event.clientY };
      if (pressed.point >= 0) node.setPointerCapture(event.pointerId);
    });
    node.addEventListener("pointermove", function (event) {
      if (pressed && pressed.point >= 0) move(pressed.point, at(event));
    });
    node.addEventListener("pointerup", function (event) {
      if (pressed && pressed.point < 0 && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 8) act(at(event));
      pressed = null;
    });
    node.addEventListener("pointercancel", function () { pressed = null; }); // the page scrolls
    node.addEventListener("touchstart", function (event) {
      if (near(at(event.touches[0])) >= 0) event.preventDefault(); // a point is dragged, not the page
    }, { passive: false });
    node.addEventListener("keydown", function (event) {
      var way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      var size = reach / (event.shiftKey ? 60 : 15);
      if (way) {
        cursor = cursor.map(function (c, d) { return Math.max(-reach, Math.min(reach, c + size * way[d])); });
        if (held >= 0) move(held, cursor);
        else options.draw();
        stage.tell((held >= 0 ? "The point is at " : "The cross is at ") + text(cursor[0], 2) + ", " + text(cursor[1], 2) + ".");
      } else if (event.key === "Enter" || event.key === " ") {
        stage.pause();
        act(cursor);
      } else if (event.key === "m" || event.key === "M") {
        stage.pause();
        held = held >= 0 ? -1 : near(cursor);
        stage.tell(held >= 0 ? "You hold a point." : "You hold no point. Move the cross to one first.");
      } else {
        return;
      }
      event.preventDefault();
    });
    node.addEventListener("focus", options.draw);
    node.addEventListener("blur", function () { held = -1; options.draw(); });

    function paint(marked) {
      var given = options.points();
      var size = given.y.length > 60 ? 3.5 : 6;
      given.y.forEach(function (label, k) {
        var x = pixel(given.x[2 * k]);
        var y = pixel(given.x[2 * k + 1], true);
        pen.beginPath();
        if (label > 0.5) pen.arc(x, y, size, 0, 7);
        else pen.rect(x - size, y - size, 2 * size, 2 * size);
        pen.fillStyle = stage.colour(label > 0.5 ? "vermilion" : "blue");
        pen.strokeStyle = stage.colour("paper");
        pen.lineWidth = 1.5;
        pen.fill();
        pen.stroke();
        if (k === marked) {
          pen.beginPath();
          pen.arc(x, y, 13, 0, 7);
          pen.strokeStyle = stage.colour("ink");
          pen.lineWidth = 2;
          pen.stroke();
        }
      });
      if (document.activeElement === node) {
        var x = pixel(cursor[0]);
        var y = pixel(cursor[1], true);
        pen.strokeStyle = stage.colour("ink");
        pen.lineWidth = 1.5;
        pen.strokeRect(x - 9, y - 0.25, 18, 0.5);
        pen.strokeRect(x - 0.25, y - 9, 0.5, 18);
      }
    }

    stage.settings([["tool", "A tap or Enter will", ["add a disc", "add a square", "remove"]]], now, function () {});
    return { pen: pen, paint: paint, pixel: pixel };
  }

  function packPoints(points) {
    return points.y.map(function (label, k) {
      return [points.x[2 * k].toFixed(2), points.x[2 * k + 1].toFixed(2), label].join(",");
    }).join(";");
  }

  function unpackPoints(words, reach, most) {
    var points = { x: [], y: [] };
    words.split(";").slice(0, most).forEach(function (word) {
      var n = word.split(",").map(Number);
      if (n.length !== 3 || !(Math.abs(n[0]) <= reach && Math.abs(n[1]) <= reach)) return;
      points.x.push(n[0], n[1]);
      points.y.push(n[2] ? 1 : 0);
    });
    return points.y.length > 1 ? points : null;
  }

  /* Give every figure its start button; one that the address asks for starts at once. */
  function start(within) {
    within.querySelectorAll("[data-dlb-live]").forEach(function (root) {
      var kind = root.dataset.dlbLive;
      if (root.dlbookStarted || !live.figures[kind]) return;
      var script = root.querySelector('script[type="application/json"]');
      if (!script) return;
      root.dlbookStarted = true;
      var same = Array.prototype.slice.call(document.querySelectorAll('[data-dlb-live="' + kind + '"]'));
      var place = same.indexOf(root);
      var stage = Stage(root, JSON.parse(script.textContent), "live-" + kind + (place ? place + 1 : ""));
      var button = make("button", { type: "button", class: "dlb-live-start" }, "Start the live figure");
      button.addEventListener("click", function () {
        button.remove();
        stage.begin();
        stage.place.querySelector("button").focus();
      });
      root.append(button);
      if (stage.linked) {
        button.remove();
        stage.begin();
        root.scrollIntoView({ block: "center" });
      }
    });
  }

  window.addEventListener("hashchange", function () {
    if (/^#live-\w+\?/.test(window.location.hash)) window.location.reload(); // a link to another state
  });

  /* A figure's script hands itself over here. */
  live.add = function (kind, figure) {
    live.figures[kind] = figure;
    start(document);
  };

  live.tools = {
    GRID: GRID, SIZE: SIZE, adopt: adopt, frame: frame, heat: heat, make: make, mosaic: mosaic, odds: odds, packPoints: packPoints,
    percent: percent,
    plane: plane, shape: shape, spot: spot, text: text, unpackPoints: unpackPoints,
  };
})();
