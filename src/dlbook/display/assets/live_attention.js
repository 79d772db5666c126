/* Attention: a trained encoder and decoder write an answer, and show for each of its characters where they looked. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var adopt = tools.adopt;
  var make = tools.make;
  var odds = tools.odds;
  var shape = tools.shape;

  live.add("attention", function (stage, options) {
    var WIDE = 18; // pixels of a character of the text
    var HIGH = 20; // of one of the answer
    var BARS = 70; // of the weights of one character
    var TOP = BARS + 30; // of the map
    var ROOM = 80; // characters that can be typed
    var UNKNOWN = options.reads.indexOf("<unk>");
    var net = live.translator(options.weights.map(live.unpack), [options.weights[0].shape[1], options.weights[7].shape[1]]);
    var ids = {};
    var now = { sample: options.samples[0] };
    var id = stage.id();
    var typed = make("input", { id: id, type: "text", maxlength: ROOM, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    var row = make("div", { class: "dlb-live-answer", role: "group", "aria-label": "The answer: a press on a character shows where it looked" });
    var names = make("div");
    var scroller = make("div", { class: "dlb-live-wide", tabindex: "0", role: "group", "aria-label": "Map of the weights, scrolls" });
    var buttons = [];
    var read, strange, steps, closed, at;
    var shown = 0;

    options.reads.forEach(function (token, k) { ids[token] = k; });

    function known(character) { return ids.hasOwnProperty(character); }

    /* A character that can be seen: spaces, and marks that stand on another. */
    function face(character) {
      if (character === " ") return "\u2423";
      return /^\p{M}/u.test(character) ? "\u25cc" + character : character;
    }

    function quoted(character) { return "\u201c" + face(character) + "\u201d"; }

    function letter(k) { return options.writes[steps[k].token]; }

    function answer() { return steps.map(function (_, k) { return letter(k); }).join(""); }

    function take() {
      read = Array.from(typed.value.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim());
      strange = read.filter(function (c, k) { return !known(c) && read.indexOf(c) === k; });
      steps = [];
      if (read.length && read.length <= options.most) {
        steps = live.translate(net, read.map(function (c) { return known(c) ? ids[c] : UNKNOWN; }), options.steps);
      }
      closed = steps.length > 0 && steps[steps.length - 1].token === live.END;
      if (closed) steps.pop();
      at = Math.max(0, Math.min(at, steps.length - 1));
    }

    /* The places with the largest weights, from the largest on. */
    function looked(k, n) {
      var weights = steps[k].weights;
      return read.map(function (_, j) { return j; }).sort(function (a, b) { return weights[b] - weights[a] || a - b; }).slice(0, n);
    }

    function tell() {
      if (!read.length) return "Type something, or choose a sample.";
      if (read.length > options.most) {
        return "This text has " + read.length + " characters, and the network has learned from texts of at most " + options.most +
          ". Make it shorter by " + (read.length - options.most) + ".";
      }
      if (!steps.length) return "The network writes nothing.";
      var weights = steps[at].weights;
      var places = looked(at, 3).map(function (j) {
        return quoted(read[j]) + " at " + (j + 1) + " with " + odds(weights[j]);
      });
      var said = "It writes " + answer() + (closed ? "" : " and finds no end") + ". Before " + quoted(letter(at)) + ", character " + (at + 1) +
        " of the answer, it looked at " + places.join(", ") + ". It chose with probability " + odds(steps[at].p) + ".";
      if (!strange.length) return said;
      return said + " It has never read " + strange.map(quoted).join(", ") + ", which it takes for \u201cunknown\u201d.";
    }

    function label(k) {
      return quoted(letter(k)) + ", character " + (k + 1) + ": looked most at " + quoted(read[looked(k, 1)[0]]) + ", place " + (looked(k, 1)[0] + 1);
    }

    for (var k = 0; k < options.steps; k++) addButton(k);

    function addButton(place) {
      var node = make("button", { type: "button" });
      node.addEventListener("click", function () { choose(place); });
      node.addEventListener("keydown", function (event) {
        var way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!way || !steps[place + way]) return;
        event.preventDefault();
        choose(place + way);
        buttons[place + way].focus();
      });
      buttons.push(node);
      row.append(node);
    }

    function choose(place) {
      stage.pause();
      at = place;
      stage.draw();
    }

    function picture(wide, high, words) {
      var svg = shape("svg", { role: "img", width: wide, height: high, viewBox: "0 0 " + wide + " " + high, "aria-label": words });
      svg.style.minWidth = wide + "px"; // it scrolls, and its text stays readable
      return svg;
    }

    function drawMap() {
      var high = TOP + HIGH * Math.max(steps.length, 1) + 4;
      var wide = WIDE * Math.max(read.length, 8) + 8;
      var left = picture(56, high, "The rows of the map: " + (answer() || "none"));
      var svg = picture(wide, high, steps.length ? "Weights of the characters of the text, a row for each character of the answer. " +
        steps.map(function (_, k) { return label(k); }).join("; ") + "." : "No weights");
      var from = scroller.scrollLeft;

      function y(r) { return TOP + HIGH * r; }

      left.append(shape("text", { x: 0, y: 14 }, "weight"), shape("text", { x: 0, y: TOP - 10 }, "text"));
      svg.append(shape("line", { x1: 0, x2: wide - 8, y1: BARS, y2: BARS }));
      read.slice(0, options.most).forEach(function (character, j) {
        var x = WIDE * j;
        if (steps.length) {
          var tall = (BARS - 4) * steps[at].weights[j];
          svg.append(shape("rect", { class: "dlb-more", x: x + 3, y: BARS - tall, width: WIDE - 6, height: tall }));
        }
        svg.append(shape("text", { class: "dlb-value" + (known(character) ? "" : " dlb-strange"), x: x + WIDE / 2, y: TOP - 10 }, face(character)));
        steps.forEach(function (step, r) {
          svg.append(shape("rect", {
            class: "dlb-cell", x: x + 0.5, y: y(r) + 0.5, width: WIDE - 1, height: HIGH - 1, "fill-opacity": step.weights[j].toFixed(3),
          }));
        });
      });
      steps.forEach(function (_, r) { left.append(shape("text", { x: 0, y: y(r) + 15 }, (r === at ? "\u25b8 " : "") + letter(r))); });
      if (steps.length) svg.append(shape("rect", { class: "dlb-now", x: 1, y: y(at), width: WIDE * read.length - 2, height: HIGH }));
      svg.addEventListener("click", function (event) {
        var place = Math.floor((event.clientY - svg.getBoundingClientRect().top - TOP) / HIGH);
        if (place >= 0 && place < steps.length) choose(place);
      });
      names.replaceChildren(left);
      scroller.replaceChildren(svg);
      scroller.scrollLeft = from;
      if (!steps.length) return;
      var best = WIDE * looked(at, 1)[0]; // where it looked most comes into sight
      scroller.scrollLeft = Math.max(Math.min(from, best - WIDE), best + 3 * WIDE - scroller.clientWidth);
    }

    function draw() {
      buttons.forEach(function (node, k) {
        node.hidden = k >= steps.length;
        if (node.hidden) return;
        node.textContent = letter(k);
        node.setAttribute("aria-pressed", String(k === at));
        node.setAttribute("aria-label", label(k));
      });
      drawMap();
    }

    function set(said) {
      stage.pause();
      typed.value = said;
      take();
      stage.draw();
    }

    function fresh() {
      now.sample = options.samples[0];
      typed.value = now.sample;
      at = 0;
      take();
    }

    function step() {
      if (steps.length) at = (at + 1) % steps.length;
    }

    adopt(now, [["sample", "", options.samples]], stage.linked);
    fresh();
    if (stage.linked) {
      typed.value = (stage.linked.text || "").slice(0, ROOM);
      take();
      at = Math.max(0, Math.min(Math.round(Number(stage.linked.letter)) || 1, steps.length) - 1);
    }
    stage.player(step);
    stage.closing(fresh);
    typed.addEventListener("input", function () { set(typed.value); });
    stage.view.append(
      make("div", { class: "dlb-live-typed" }, [make("label", { for: id }, "The text"), typed]),
      row,
      make("div", { class: "dlb-live-rows" }, [names, scroller]),
      make("p", { class: "dlb-live-key" }, "A row of the map is a character of the answer, and sums to 1: the bluer, the larger the weight. The bars are those of the framed row."));
    stage.settings([["sample", "Sample", options.samples]], now, function () { set(now.sample); });
    return {
      draw: draw,
      tell: tell,
      play: function (time) {
        if (time - shown > (stage.calm ? 1500 : 700)) {
          shown = time;
          step();
          stage.draw();
        }
        return at < steps.length - 1;
      },
      state: function () { return { text: typed.value, letter: at + 1 }; },
      inside: function () { return { read: read, strange: strange, steps: steps, answer: answer(), at: at }; },
    };
  });
})();
