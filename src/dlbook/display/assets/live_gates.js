/* Gates while you type: a trained LSTM or GRU reads a review, word by word. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var adopt = tools.adopt;
  var make = tools.make;
  var odds = tools.odds;
  var shape = tools.shape;
  var text = tools.text;

  live.add("gates", function (stage, options) {
    var MOST = 30; // words
    var WIDE = 26; // pixels of a word
    var HIGH = 11; // of a unit
    var CURVE = 84; // of the verdicts
    var w = options.weights.map(live.unpack);
    var width = options.weights[0].shape[1];
    var n = options.weights[2].shape[0];
    var cell = { kernel: w[1], recurrent: w[2], bias: w[3] };
    var isLSTM = options.weights[1].shape[1] === 4 * n;
    var gates = isLSTM ? ["forget", "input", "output"] : ["update", "reset"];
    var ids = {};
    var offered = options.words.filter(function (word) { return /^[a-z.,]/.test(word); }).sort();
    var menu = make("select", { "aria-label": "Word to add" }, offered.map(function (word) { return make("option", { value: word }, word); }));
    var now = { sample: Object.keys(options.samples)[0] };
    var id = stage.id();
    var typed = make("input", { id: id, type: "text", maxlength: 200, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    var names = make("div");
    var scroller = make("div", { class: "dlb-live-wide", tabindex: "0", role: "group", "aria-label": "What the gates do, scrolls" });
    var words, steps, strange, at, shortest;
    var shown = 0;

    options.words.forEach(function (word, k) { ids[word] = k; });

    function known(word) { return ids.hasOwnProperty(word); }

    /* What the words mean, 1 or -1, or 0 where they do not say: "not" turns the next judgement around, what follows
       "but" decides, and what stands with "although" does not. */
    function meaning(said) {
      var main = [];
      var sign = 1;
      var minor = false;
      said.forEach(function (word) {
        var judged = (options.praise.indexOf(word) >= 0) - (options.blame.indexOf(word) >= 0);
        if (word === "but") main = [];
        if (word === "although") minor = true;
        else if (word === "," || word === "." || word === "but") minor = false;
        if (word === "not") sign = -sign;
        if (judged && !minor) main.push(sign * judged);
        if (judged || word === ".") sign = 1;
      });
      return main.every(function (one) { return one === main[0]; }) && main[0] || 0;
    }

    /* The words of a text; the last one is left out while it may still grow into one that is known. */
    function split(said) {
      var found = said.toLowerCase().match(/[a-z']+|[.,]/g) || [];
      var last = found[found.length - 1];
      var grows = /[a-z']$/i.test(said) && !known(last) && offered.some(function (word) { return word.indexOf(last) === 0; });
      return found.slice(0, found.length - (grows ? 1 : 0)).slice(0, MOST);
    }

    function read(said) {
      var state = new Float64Array(n);
      var memory = new Float64Array(n);
      return said.map(function (word) {
        var row = live.embedding(w[0], ids[known(word) ? word : "<unk>"], width);
        var step = isLSTM ? live.lstm(cell, row, state, memory) : live.gru(cell, row, state);
        step.moved = (step.memory || step.state).reduce(function (sum, v, k) { return sum + Math.abs(v - (isLSTM ? memory : state)[k]) / n; }, 0);
        state = step.state;
        memory = step.memory || step.state;
        step.good = live.logistic(live.dense(state, w[4], w[5])[0]);
        return step;
      });
    }

    function fooled() {
      if (!words.length) return false;
      var means = meaning(words);
      return means !== 0 && (steps[words.length - 1].good > 0.5 ? 1 : -1) !== means;
    }

    function take() {
      words = split(typed.value);
      strange = words.filter(function (word) { return !known(word); });
      steps = read(words);
      at = words.length - 1;
      if (fooled() && !strange.length && (!shortest || words.length < shortest)) shortest = words.length;
    }

    function verdict(good) {
      return options.verdicts[good > 0.5 ? 0 : 1] + " with probability " + odds(good > 0.5 ? good : 1 - good);
    }

    function tell() {
      if (!words.length) return "Type a review, or choose one.";
      var step = steps[at];
      var end = at === words.length - 1;
      var means = meaning(words.slice(0, at + 1));
      var said = "After \u201c" + words[at] + "\u201d, word " + (at + 1) + " of " + words.length + ": " + verdict(step.good) + ". ";
      if (end && fooled()) said += "But the words mean " + options.verdicts[means > 0 ? 0 : 1] + ": you have fooled it, with " + words.length + " words. ";
      else if (end && means) said += "The words mean the same. ";
      else if (end) said += "The words do not settle it. ";
      said += "On average the " + gates.map(function (gate) {
        return gate + " gate is " + text(step[gate].reduce(function (a, b) { return a + b; }) / n, 2);
      }).join(", the ") + ", and the memory moved by " + text(step.moved, 2) + ".";
      if (strange.length) said += " It has never read \u201c" + strange[0] + "\u201d.";
      return said + (shortest ? " Your shortest: " + shortest + " words." : "");
    }

    function picture(wide, high, label) {
      var svg = shape("svg", { role: "img", width: wide, height: high, viewBox: "0 0 " + wide + " " + high, "aria-label": label });
      svg.style.minWidth = wide + "px"; // it scrolls, and its text stays readable
      return svg;
    }

    function draw() {
      var block = HIGH * n + 10;
      var rows = gates.concat("memory");
      var foot = CURVE + 12 + rows.length * block;
      var high = foot + 66;
      var wide = WIDE * Math.max(words.length, 8) + 30;
      var left = picture(76, high, "Names of the rows: the verdict, " + rows.join(", "));
      var svg = picture(wide, high, tell());
      var from = scroller.scrollLeft;

      function x(t) { return WIDE * (t + 0.5); }
      function y(p) { return CURVE - 76 * p; }

      left.append(shape("text", { x: 0, y: y(1) + 8 }, options.verdicts[0]), shape("text", { x: 0, y: y(0) }, options.verdicts[1]));
      if (at >= 0) svg.append(shape("rect", { class: "dlb-now", x: WIDE * at + 1, y: 2, width: WIDE - 2, height: high - 4, rx: 4 }));
      [0, 0.5, 1].forEach(function (p) { svg.append(shape("line", { x1: 0, x2: wide - 30, y1: y(p), y2: y(p) })); });
      svg.append(shape("polyline", { class: "dlb-curve", points: steps.map(function (step, t) { return x(t) + "," + y(step.good); }).join(" ") }));
      steps.forEach(function (step, t) { svg.append(shape("circle", { class: "dlb-dot", cx: x(t), cy: y(step.good), r: 3.5 })); });
      rows.forEach(function (name, r) {
        var top = CURVE + 12 + r * block;
        left.append(shape("text", { x: 0, y: top + HIGH * n / 2 + 4 }, name === "memory" ? (isLSTM ? "cell state" : "state") : name + " gate"));
        steps.forEach(function (step, t) {
          var values = name === "memory" ? (isLSTM ? step.memory.map(Math.tanh) : step.state) : step[name];
          values.forEach(function (value, k) {
            svg.append(shape("rect", {
              class: value < 0 ? "dlb-less" : "dlb-more", x: WIDE * t + 2, y: top + HIGH * k + 0.5, width: WIDE - 4, height: HIGH - 1,
              "fill-opacity": Math.min(Math.abs(value), 1).toFixed(3),
            }));
          });
        });
      });
      words.forEach(function (word, t) {
        svg.append(shape("text", { class: known(word) ? "" : "dlb-strange", transform: "translate(" + (x(t) - 4) + " " + (foot + 6) + ") rotate(60)" }, word));
      });
      names.replaceChildren(left);
      scroller.replaceChildren(svg);
      scroller.scrollLeft = Math.max(Math.min(from, x(at) - WIDE), x(at) + WIDE - scroller.clientWidth);
    }

    function set(said) {
      stage.pause();
      typed.value = said;
      take();
      stage.draw();
    }

    function fresh() {
      shortest = 0;
      typed.value = options.text;
      take();
    }

    function step() {
      if (words.length) at = (at + 1) % words.length;
    }

    adopt(now, [["sample", "", Object.keys(options.samples)]], stage.linked);
    fresh();
    if (stage.linked) {
      typed.value = (stage.linked.text || "").slice(0, 200);
      take();
      at = Math.min(Math.max(Math.round(Number(stage.linked.word)) || words.length, 1), words.length) - 1;
    }
    stage.player(step);
    stage.closing(fresh);
    var add = make("button", { type: "button" }, "Add word");
    var remove = make("button", { type: "button" }, "Remove last");
    menu.value = "not";
    if (!menu.value) menu.value = offered[0];
    add.addEventListener("click", function () { set((typed.value.trim() + " " + menu.value).trim()); });
    remove.addEventListener("click", function () { set(split(typed.value + " ").slice(0, -1).join(" ")); });
    typed.addEventListener("input", function () { set(typed.value); });
    stage.view.append(
      make("div", { class: "dlb-live-typed" }, [make("label", { for: id }, "The review"), typed]),
      make("div", { class: "dlb-live-typed" }, [menu, add, remove]),
      make("div", { class: "dlb-live-rows" }, [names, scroller]),
      make("p", { class: "dlb-live-key" }, "A row is a unit. A gate is empty at 0 and blue at 1; the " + (isLSTM ? "cell state" : "state") + " is blue above zero, orange below."));
    stage.settings([["sample", "Review", Object.keys(options.samples)]], now, function () {
      set(options.samples[now.sample]);
    });
    return {
      draw: draw,
      tell: tell,
      play: function (time) {
        if (time - shown > (stage.calm ? 1200 : 400)) {
          shown = time;
          step();
          stage.draw();
        }
        return words.length && at < words.length - 1;
      },
      state: function () { return { text: typed.value, word: at + 1 }; },
      inside: function () {
        return { words: words, at: at, steps: steps, fooled: fooled(), meaning: meaning(words), shortest: shortest };
      },
    };
  });
})();
