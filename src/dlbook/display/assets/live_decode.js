/* Decode as you type: the trellis of a hidden Markov model, its forward probabilities, the best path. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var adopt = tools.adopt;
  var make = tools.make;
  var shape = tools.shape;

  live.add("decode", function (stage, options) {
    var MOST = 16;
    var model, found;
    var now = { shows: "forward", seed: options.seed };
    var specs = [["shows", "In the nodes", ["forward", "posterior", "best path so far"]]];
    var keys = options.symbols.map(function (word) { return word[0].toUpperCase(); });
    var id = stage.id();
    var typed = make("input", { id: id, type: "text", maxlength: MOST, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
    var scroller = make("div", { class: "dlb-live-wide", tabindex: "0", role: "group", "aria-label": "Trellis, scrolls" });
    var boxes = [];

    function fresh() {
      var copy = JSON.parse(JSON.stringify(options.model));
      model = { start: copy.start, transition: copy.transition, emission: copy.emission };
      typed.value = options.text;
    }

    function rows() {
      return [model.start].concat(model.transition, model.emission);
    }

    function setRow(r, row) {
      var n = options.states.length;
      if (!r) model.start = row;
      else if (r <= n) model.transition[r - 1] = row;
      else model.emission[r - 1 - n] = row;
    }

    function decode() {
      var clean = typed.value.toUpperCase().split("").filter(function (key) { return keys.indexOf(key) >= 0; }).join("");
      if (clean !== typed.value) typed.value = clean;
      found = live.decode(model, clean.split("").map(function (key) { return keys.indexOf(key); }));
      boxes.forEach(function (row, r) {
        row.forEach(function (box, c) { if (box !== document.activeElement) box.value = Number(rows()[r][c].toFixed(3)); });
      });
    }

    function words(path) {
      return path.map(function (i) { return options.states[i]; }).join(", ");
    }

    function short(p) {
      return p === 0 ? "0" : p < 0.0005 ? p.toExponential(1).replace("-", "\u2212") : p.toFixed(3);
    }

    function tell() {
      if (!found.path.length) return "Type " + keys.join(" or ") + ".";
      if (!found.probability) return "This model cannot say " + typed.value + ": the probability is 0.";
      var differ = [];
      found.path.forEach(function (i, t) { if (i !== found.states[t]) differ.push(t + 1); });
      return "P(" + typed.value + ") = " + found.probability.toPrecision(4) + ". The best path is " + words(found.path) +
        ", with P = " + found.best.toPrecision(4) + ". " + (differ.length
        ? "The most probable states, one by one, differ from it at step " + differ.join(", ") + "."
        : "The most probable states, one by one, are the same.");
    }

    function draw() {
      var n = options.states.length;
      var last = found.path.length - 1;
      var left = 64;
      var wide = left + 30 + 72 * Math.max(last, 0) + 30;
      var high = 64 * n + 28;
      var svg = shape("svg", { role: "img", width: wide, height: high, viewBox: "0 0 " + wide + " " + high, "aria-label": tell() });
      var values = { forward: found.alpha, posterior: found.gamma, "best path so far": found.delta }[now.shows];

      function x(t) { return left + 30 + 72 * t; }
      function y(i) { return 32 + 64 * i; }

      options.states.forEach(function (state, i) { svg.append(shape("text", { x: 0, y: y(i) + 4 }, state)); });
      for (var t = 0; t <= last; t++) {
        for (var j = 0; t && j < n; j++) {
          for (var i = 0; i < n; i++) {
            if (!model.transition[i][j]) continue;
            var kind = found.path[t] === j && found.path[t - 1] === i ? "path" : found.back[t][j] === i ? "winner" : "way";
            svg.append(shape("line", { class: "dlb-" + kind, x1: x(t - 1) + 24, y1: y(i), x2: x(t) - 24, y2: y(j) }));
          }
        }
        for (i = 0; i < n; i++) {
          if (found.states[t] === i) svg.append(shape("rect", { class: "dlb-guess", x: x(t) - 28, y: y(i) - 28, width: 56, height: 56, rx: 6 }));
          svg.append(shape("circle", { class: found.path[t] === i ? "dlb-on" : "dlb-off", cx: x(t), cy: y(i), r: 24 }));
          svg.append(shape("text", { class: "dlb-value", x: x(t), y: y(i) + 4 }, short(values[t][i])));
        }
        svg.append(shape("text", { class: "dlb-value", x: x(t), y: high - 8 }, typed.value[t]));
      }
      svg.style.minWidth = wide + "px"; // it scrolls, and its text stays readable
      scroller.replaceChildren(svg);
    }

    function again() {
      decode();
      stage.draw();
    }

    function set(value) {
      typed.value = value.slice(0, MOST);
      again();
    }

    function table(caption, columns, from, states) {
      var head = make("tr", {}, [make("td")].concat(columns.map(function (word) { return make("th", { scope: "col" }, word); })));
      var body = states.map(function (state, k) {
        var r = from + k;
        boxes[r] = columns.map(function (word, c) {
          var box = make("input", { type: "number", min: 0, max: 1, step: 0.05, "aria-label": caption + ", " + state + " " + word });
          box.addEventListener("input", function () {
            if (box.value === "" || !isFinite(Number(box.value))) return;
            setRow(r, live.withOne(rows()[r], c, Number(box.value)));
            again();
          });
          box.addEventListener("change", again);
          box.addEventListener("blur", again);
          return box;
        });
        return make("tr", {}, [make("th", { scope: "row" }, state)].concat(boxes[r].map(function (box) { return make("td", {}, box); })));
      });
      return make("table", {}, [make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, body)]);
    }

    fresh();
    adopt(now, specs, stage.linked);
    if (stage.linked) {
      typed.value = (stage.linked.seen || "").slice(0, MOST);
      (stage.linked.model || "").split(";").forEach(function (row, r) {
        var p = row.split(",").map(Number);
        var right = rows()[r] && p.length === rows()[r].length && p.every(function (v) { return v >= 0 && v <= 1; });
        var sum = p.reduce(function (a, b) { return a + b; }, 0);
        if (right && sum > 0) setRow(r, p.map(function (v) { return v / sum; }));
      });
    }
    var n = options.states.length;
    options.symbols.forEach(function (symbol, k) {
      stage.button("Add " + symbol, function () { set(typed.value + keys[k]); });
    });
    stage.button("Remove last", function () { set(typed.value.slice(0, -1)); });
    stage.button("Draw by chance", function () {
      now.seed += 1;
      set(live.sample(model, 8, live.generator(now.seed)).map(function (k) { return keys[k]; }).join(""));
    });
    stage.closing(function () {
      fresh();
      now.seed = options.seed;
      decode();
    });
    typed.addEventListener("input", again);
    stage.view.append(make("div", { class: "dlb-live-typed dlb-live-spaced" }, [make("label", { for: id }, "What was seen, " + keys.join(" or ")), typed]), scroller,
      make("p", { class: "dlb-live-key" }, "Thick: the best path. A dashed box: the most probable state of its step."));
    stage.place.append(make("div", { class: "dlb-live-tables" }, [
      table("Start", options.states, 0, ["first"]),
      table("Move from", options.states, 1, options.states),
      table("Shows", options.symbols, 1 + n, options.states),
    ]));
    stage.settings(specs, now, function () { stage.draw(); });
    decode();
    return {
      draw: draw,
      tell: tell,
      state: function () {
        var numbers = rows().map(function (row) { return row.map(function (p) { return Number(p.toFixed(4)); }).join(","); });
        return { seen: typed.value, shows: now.shows, model: numbers.join(";") };
      },
      inside: function () { return { model: model, found: found, text: typed.value }; },
    };
  });
})();
