/* The race: two optimizers walk down a surface from the same start, which the reader drags. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var SIZE = tools.SIZE;
  var text = tools.text;
  var FINE = 160; // the surface is coloured at so many places a side
  var MOST = 2000; // steps
  var FINISH = 0.001; // of the height at the start
  var NAMES = ["gradient_descent", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam"];
  var RATES = [
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
  ];

  function spoken(name) {
    return name.replace("_", " ");
  }

  function capital(words) {
    return words.charAt(0).toUpperCase() + words.slice(1);
  }

  function small(value) {
    return value && (value < 0.001 || value >= 1e5) ? value.toExponential(1).replace("-", "\u2212").replace("+", "") : text(value);
  }

  live.add("race", function (stage, options) {
    var specs = [
      ["surface", "Surface", Object.keys(live.surfaces)],
      ["first", "First (solid, circle)", NAMES],
      ["first_rate", "Rate of the first", RATES],
      ["second", "Second (dashed, square)", NAMES],
      ["second_rate", "Rate of the second", RATES],
      ["momentum", "Momentum, where used", [0.5, 0.7, 0.8, 0.9, 0.95, 0.99]],
    ];
    var looks = [{ colour: "vermilion", dash: [] }, { colour: "ink", dash: [6, 4] }];
    var now = Object.assign({}, options.settings);
    var start = options.start;
    var painted = null; // the coloured surface, for a surface and a theme
    var dragged = false;
    var shown = 0;
    var surface, runners, steps;

    function above(at) {
      return surface.height(at[0], at[1]) - surface.lowest;
    }

    function restart() {
      surface = live.surfaces[now.surface];
      start = start || surface.start.slice();
      steps = 0;
      runners = ["first", "second"].map(function (key) {
        var name = now[key];
        return {
          name: spoken(name), rate: now[key + "_rate"], at: Float64Array.from(start),
          memory: live.optimizer(name === "gradient_descent" ? "sgd" : name.toLowerCase(), now.momentum),
          path: [start.slice()], heights: [above(start)], done: above(start) ? "" : "there",
        };
      });
      if (runners[0].name === runners[1].name) runners.forEach(function (runner, k) {
        runner.name = (k ? "the second " : "the first ") + runner.name;
      });
    }

    function over() {
      return steps >= MOST || runners.every(function (runner) { return runner.done; });
    }

    function step() {
      if (over()) return;
      steps += 1;
      runners.forEach(function (runner) {
        if (runner.done) return;
        runner.memory.walk(runner.at, surface.gradient(runner.at[0], runner.at[1]), runner.rate);
        var height = above(runner.at);
        if (!isFinite(height) || height > 1e6 * Math.max(runner.heights[0], 1)) {
          runner.done = "lost";
        } else {
          runner.path.push(Array.from(runner.at));
          runner.heights.push(height);
          if (height <= FINISH * runner.heights[0]) runner.done = "there";
        }
      });
    }

    function taken(runner) {
      return runner.path.length - 1;
    }

    function count(n) {
      return n + (n === 1 ? " step" : " steps");
    }

    function outcome() {
      var there = runners.filter(function (runner) { return runner.done === "there"; });
      if (there.length === 2) {
        var gap = taken(runners[0]) - taken(runners[1]);
        if (!gap) return " A tie.";
        return " " + capital(runners[gap < 0 ? 0 : 1].name) + " wins.";
      }
      if (there.length) return " " + capital(there[0].name) + " wins.";
      return " Nobody arrives.";
    }

    function tell() {
      if (!runners[0].heights[0]) return "The start is the lowest point: drag it away, or move it with the arrow keys.";
      if (!steps) {
        return "Both start at (" + text(start[0], 2) + ", " + text(start[1], 2) + "), " + small(runners[0].heights[0]) +
          " above the lowest point. Who gets below a thousandth of that first?";
      }
      return "Step " + steps + ". " + runners.map(function (runner) {
        var last = runner.heights[taken(runner)];
        if (runner.done === "lost") {
          return capital(runner.name) + " diverged at step " + (taken(runner) + 1) + ", after a height of " + small(last) +
            ": take a smaller rate.";
        }
        if (runner.done) return capital(runner.name) + " is there after " + count(taken(runner)) + ".";
        return capital(runner.name) + " is at " + small(last) + ".";
      }).join(" ") + (over() ? outcome() : "");
    }

    /* Bands of equal height, on a logarithmic scale, the lowest the darkest. */
    function colourIn() {
      var tones = stage.tones();
      if (painted && painted.tones === tones && painted.surface === now.surface) return painted.picture;
      var heights = [];
      var highest = 0;
      var n = FINE * FINE;
      for (var k = 0; k < n; k++) {
        heights.push(above(where([(k % FINE) + 0.5, Math.floor(k / FINE) + 0.5], FINE)));
        highest = Math.max(highest, heights[k]);
      }
      var picture = tools.make("canvas", { width: FINE, height: FINE });
      var pen = picture.getContext("2d");
      var image = pen.createImageData(FINE, FINE);
      for (k = 0; k < n; k++) {
        var band = Math.round(10 + 2.5 * Math.log10(Math.max(heights[k] / highest, 1e-9)));
        image.data.set(tones[Math.min(Math.max(band, 0), 10)].concat(255), 4 * k);
      }
      pen.putImageData(image, 0, 0);
      painted = { tones: tones, surface: now.surface, picture: picture };
      return picture;
    }

    /* From a place in a square of so many pixels to the surface, and back. */
    function where(spot, size) {
      var box = surface.window;
      return [
        box[0][0] + spot[0] / size * (box[0][1] - box[0][0]),
        box[1][1] - spot[1] / size * (box[1][1] - box[1][0]),
      ];
    }

    function pixel(at) {
      var box = surface.window;
      return [
        SIZE * (at[0] - box[0][0]) / (box[0][1] - box[0][0]),
        SIZE * (box[1][1] - at[1]) / (box[1][1] - box[1][0]),
      ].map(function (v) { return Math.min(Math.max(v, -1e4), 1e4); });
    }

    function line(pen, points, look) {
      pen.setLineDash(look.dash);
      pen.strokeStyle = stage.colour(look.colour);
      pen.lineWidth = 2;
      pen.beginPath();
      points.forEach(function (at) { pen.lineTo(at[0], at[1]); });
      pen.stroke();
      pen.setLineDash([]);
    }

    function mark(pen, at, round, colour) {
      pen.beginPath();
      if (round) pen.arc(at[0], at[1], 6, 0, 7);
      else pen.rect(at[0] - 5.5, at[1] - 5.5, 11, 11);
      pen.fillStyle = stage.colour(colour);
      pen.strokeStyle = stage.colour("paper");
      pen.lineWidth = 1.5;
      pen.fill();
      pen.stroke();
    }

    function draw() {
      var pen = board.pen;
      pen.imageSmoothingEnabled = true;
      pen.drawImage(colourIn(), 0, 0, SIZE, SIZE);
      var at = pixel(start);
      pen.beginPath();
      pen.arc(at[0], at[1], document.activeElement === board.node ? 14 : 11, 0, 7);
      pen.strokeStyle = stage.colour("ink");
      pen.lineWidth = 2;
      pen.stroke();
      runners.forEach(function (runner, k) { line(pen, runner.path.map(pixel), looks[k]); });
      runners.forEach(function (runner, k) { mark(pen, pixel(runner.at), !k, looks[k].colour); });
      drawCurves();
    }

    function drawCurves() {
      var pen = curves.pen;
      var first = runners[0].heights[0] || 1;
      var wide = Math.max(steps, 20);
      pen.fillStyle = stage.colour("paper");
      pen.fillRect(0, 0, SIZE, 140);
      pen.fillStyle = stage.colour("muted");
      pen.strokeStyle = stage.colour("muted");
      pen.lineWidth = 1;
      pen.strokeRect(44.5, 8.5, SIZE - 46, 112);
      pen.fillText("start", 8, 38);
      pen.fillText("finish", 4, 119);
      pen.fillText("height by step, up to step " + wide, 44, 136);
      runners.forEach(function (runner, k) {
        line(pen, runner.heights.map(function (height, step) {
          var decades = Math.log10(Math.max(height / first, 1e-4)); // 0 at the start, -3 at the finish
          return [45 + (SIZE - 47) * step / wide, Math.min(Math.max(34 - 27 * decades, 9), 120)];
        }), looks[k]);
      });
    }

    function moveTo(at, words) {
      var box = surface.window;
      stage.pause();
      start = at.map(function (v, d) { return Math.min(Math.max(v, box[d][0]), box[d][1]); });
      restart();
      stage.draw();
      if (words) stage.tell(words + text(start[0], 2) + ", " + text(start[1], 2) + ".");
    }

    function spot(event) {
      var box = board.node.getBoundingClientRect();
      return where([event.clientX - box.left, event.clientY - box.top], box.width);
    }

    function grips(event) {
      var box = board.node.getBoundingClientRect();
      var at = pixel(start).map(function (v) { return v * box.width / SIZE; });
      return Math.hypot(event.clientX - box.left - at[0], event.clientY - box.top - at[1]) < 24;
    }

    function listen(node) {
      var pressed = null;
      node.addEventListener("pointerdown", function (event) {
        dragged = grips(event);
        pressed = [event.clientX, event.clientY];
        if (dragged) node.setPointerCapture(event.pointerId);
      });
      node.addEventListener("pointermove", function (event) {
        if (dragged) moveTo(spot(event));
      });
      node.addEventListener("pointerup", function (event) {
        var still = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 8;
        if (still && !dragged) moveTo(spot(event));
        dragged = false;
        pressed = null;
      });
      node.addEventListener("pointercancel", function () { dragged = false; pressed = null; }); // the page scrolls
      node.addEventListener("touchstart", function (event) {
        if (grips(event.touches[0])) event.preventDefault(); // the start is dragged, not the page
      }, { passive: false });
      node.addEventListener("keydown", function (event) {
        var way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
        if (!way) return;
        moveTo(start.map(function (v, d) {
          return v + way[d] * (surface.window[d][1] - surface.window[d][0]) / (event.shiftKey ? 240 : 60);
        }), "The start is at ");
        event.preventDefault();
      });
      node.addEventListener("focus", draw);
      node.addEventListener("blur", draw);
    }

    /* The start that an address asks for, where it lies on the surface. */
    function linkedStart(fields) {
      var box = live.surfaces[now.surface].window;
      var at = [fields.x, fields.y].map(function (v) { return v ? Number(v) : NaN; });
      return at.every(function (v, d) { return v >= box[d][0] && v <= box[d][1]; }) ? at : null;
    }

    tools.adopt(now, specs, stage.linked);
    if (stage.linked) start = linkedStart(stage.linked);
    restart();
    var wanted = stage.linked ? Math.min(Number(stage.linked.steps) || 0, MOST) : options.steps;
    for (var k = 0; k < wanted; k++) step();
    stage.player(step);
    stage.closing(restart);
    var board = stage.canvas(SIZE, SIZE, "");
    var curves = stage.canvas(SIZE, 140, "Height of both by step; the numbers stand below.");
    board.node.setAttribute("role", "application");
    board.node.setAttribute("tabindex", "0");
    board.node.setAttribute("aria-label", "Surface with two paths. Drag the start, or move it with the arrow keys; with Shift it moves less.");
    listen(board.node);
    stage.view.append(board.node, curves.node);
    stage.settings(specs, now, function (key) {
      stage.pause();
      if (key === "surface") start = null;
      restart();
      stage.draw();
    });
    return {
      draw: draw,
      tell: tell,
      play: function (time) {
        if (time - shown > (stage.calm ? 1000 : 60)) {
          shown = time;
          for (var n = stage.calm ? 10 : Math.ceil((steps + 1) / 100); n > 0; n--) step(); // faster when it takes long
          stage.draw();
        }
        return !over();
      },
      state: function () {
        return Object.assign({ x: text(start[0], 4).replace("\u2212", "-"), y: text(start[1], 4).replace("\u2212", "-"), steps: steps }, now);
      },
      inside: function () {
        return {
          surface: now.surface, start: start, steps: steps, settings: now,
          runners: runners.map(function (r) { return { name: r.name, at: r.at, heights: r.heights, done: r.done }; }),
        };
      },
    };
  });
})();
