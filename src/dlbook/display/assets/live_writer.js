/* The character model writes: a GRU that predicts the next character, at a temperature. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var adopt = tools.adopt;
  var make = tools.make;
  var odds = tools.odds;
  var shape = tools.shape;
  var text = tools.text;

  live.add("writer", function (stage, options) {
    var MOST = 400; // characters that it writes
    var BARS = 8;
    var UNITS = 8;
    var BACK = 24; // characters in the picture of the state
    var WIDE = 13;
    var w = options.weights.map(live.unpack);
    var width = options.weights[0].shape[1];
    var n = options.weights[2].shape[0];
    var cell = { kernel: w[1], recurrent: w[2], bias: w[3] };
    var specs = [
      ["temperature", "Temperature", [0, 0.25, 0.5, 0.75, 1, 1.5, 2]],
      ["seed", "Seed", null],
    ];
    var now = { temperature: options.temperature, seed: options.seed, sample: options.samples[0] };
    var id = stage.id();
    var typed = make("input", { id: id, type: "text", maxlength: 120, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    var before = make("span", { class: "dlb-live-begun" });
    var after = make("span");
    var picture = make("div");
    var begun, written, bits, states, logits, p, draws, rng, order;
    var shown = 0;

    function face(character) {
      return { " ": "\u2423", "\n": "\u00b6" }[character] || character;
    }

    function read(character) {
      var k = Math.max(options.alphabet.indexOf(character), 0);
      var last = states.length ? states[states.length - 1] : new Float64Array(n);
      states.push(live.gru(cell, live.embedding(w[0], k, width), last).state);
      logits = live.dense(states[states.length - 1], w[4], w[5]);
      p = null;
    }

    /* Read the beginning, and what was written already. */
    function restart(said) {
      begun = typed.value.split("").map(function (c) { return options.alphabet.indexOf(c) < 0 ? options.unknown : c; }).join("");
      written = "";
      bits = 0;
      states = [];
      logits = new Float64Array(options.alphabet.length);
      p = null;
      rng = live.generator(now.seed);
      draws = 0;
      begun.split("").forEach(read);
      (said || "").split("").forEach(put);
    }

    /* Write a character. What it costs is measured at temperature 1. */
    function put(character) {
      var k = options.alphabet.indexOf(character);
      if (k < 0 || written.length >= MOST) return;
      bits -= Math.log2(live.softmax(logits, 1)[k]);
      written += character;
      read(character);
    }

    function predict() {
      if (p) return;
      p = live.softmax(logits, now.temperature);
      order = Array.from(logits, function (_, k) { return k; }).sort(function (a, b) { return logits[b] - logits[a] || a - b; });
    }

    function step() {
      predict();
      if (written.length >= MOST) return;
      draws += 1;
      put(options.alphabet[live.draw(p, rng)]);
    }

    function choice() {
      return p.reduce(function (sum, v) { return v > 0 ? sum - v * Math.log2(v) : sum; }, 0);
    }

    function tell() {
      predict();
      var named = order.slice(0, 2).map(function (k) {
        return "\u201c" + face(options.alphabet[k]) + "\u201d " + odds(p[k]);
      });
      var said = !begun && !written ? "Nothing is read yet. " : "";
      return said + "Next: " + named.join(", then ") + "; a choice of " + text(choice(), 2) + " bits. " +
        (!written ? "" : written.length + " characters are written, for " + text(bits / written.length, 2) +
        " bits each as the network sees it at temperature 1." + (written.length >= MOST ? " The page is full: Reset." : ""));
    }

    var bars = [];
    var list = make("div", { class: "dlb-live-bars", role: "group", "aria-label": "Next characters: a press writes one" });
    for (var b = 0; b < BARS; b++) addBar(b);

    function addBar(place) {
      var node = make("button", { type: "button" }, [make("b"), make("i"), make("span")]);
      node.addEventListener("click", function () {
        stage.pause();
        predict();
        put(options.alphabet[order[place]]);
        stage.draw();
      });
      bars.push(node);
      list.append(node);
    }

    function drawStates() {
      var all = begun + written;
      var from = Math.max(states.length - BACK, 0);
      var last = states[states.length - 1] || new Float64Array(n);
      var strong = Array.from(last, function (_, k) { return k; }).sort(function (a, c) {
        return Math.abs(last[c]) - Math.abs(last[a]);
      }).slice(0, UNITS).sort(function (a, c) { return a - c; });
      var wide = 34 + WIDE * BACK;
      var svg = shape("svg", { role: "img", viewBox: "0 0 " + wide + " " + (18 * UNITS + 20), "aria-label": "The " + UNITS + " strongest units of the state: " +
        strong.map(function (k) { return k + 1 + " at " + text(last[k], 2); }).join(", ") });
      states.slice(from).forEach(function (state, t) {
        svg.append(shape("text", { class: "dlb-value", x: 34 + WIDE * (t + 0.5), y: 13 }, face(all[from + t])));
        strong.forEach(function (k, r) {
          svg.append(shape("rect", {
            class: state[k] < 0 ? "dlb-less" : "dlb-more", x: 34 + WIDE * t + 0.5, y: 20 + 18 * r + 0.5,
            width: WIDE - 1, height: 17, "fill-opacity": Math.abs(state[k]).toFixed(3),
          }));
        });
      });
      strong.forEach(function (k, r) { svg.append(shape("text", { x: 0, y: 33 + 18 * r }, k + 1)); });
      picture.replaceChildren(svg);
    }

    function draw() {
      predict();
      before.textContent = begun;
      after.textContent = written;
      bars.forEach(function (node, place) {
        var k = order[place];
        var parts = node.childNodes;
        parts[0].textContent = face(options.alphabet[k]);
        parts[1].style.setProperty("--dlb-share", 100 * p[k] + "%");
        parts[2].textContent = p[k].toFixed(3);
        node.setAttribute("aria-label", "Write \u201c" + face(options.alphabet[k]) + "\u201d, probability " + p[k].toFixed(3));
      });
      drawStates();
    }

    function begin() {
      stage.pause();
      restart();
      stage.draw();
    }

    adopt(now, specs, stage.linked);
    typed.value = options.samples[0];
    if (stage.linked && stage.linked.begin !== undefined) typed.value = stage.linked.begin.slice(0, 120);
    restart(stage.linked && stage.linked.wrote);
    if (stage.linked) {
      draws = Math.min(Math.max(Math.round(Number(stage.linked.draws)) || 0, 0), MOST);
      for (var k = 0; k < draws; k++) rng.random();
    } else {
      for (k = 0; k < options.steps; k++) step();
    }
    stage.player(step);
    stage.closing(function () { restart(); });
    typed.addEventListener("input", begin);
    stage.view.append(
      make("div", { class: "dlb-live-typed" }, [make("label", { for: id }, "It begins with"), typed]),
      list, picture, make("p", { class: "dlb-live-text" }, [before, after]),
      make("p", { class: "dlb-live-key" }, "A press on a character writes it. A coloured row is one of the " + UNITS + " units that are strongest now, over the last characters: blue above zero, orange below. \u2423 is a space, \u00b6 a new line."));
    stage.settings([["sample", "Beginning", options.samples]].concat(specs), now, function (key) {
      if (key === "sample") typed.value = now.sample;
      if (key !== "temperature") return begin();
      p = null;
      stage.draw();
    });
    return {
      draw: draw,
      tell: tell,
      play: function (time) {
        if (time - shown > (stage.calm ? 1000 : 70)) {
          shown = time;
          step();
          stage.draw();
        }
        return written.length < MOST;
      },
      state: function () {
        return { begin: typed.value, wrote: written, temperature: now.temperature, seed: now.seed, draws: draws };
      },
      inside: function () {
        predict();
        return { begun: begun, written: written, p: p, logits: logits, bits: bits, state: states[states.length - 1], settings: now };
      },
    };
  });
})();
