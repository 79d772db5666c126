/* The playground: a network that is trained in the page, on points that the reader chooses. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var GRID = tools.GRID;
  var SIZE = tools.SIZE;
  var adopt = tools.adopt;
  var heat = tools.heat;
  var packPoints = tools.packPoints;
  var percent = tools.percent;
  var plane = tools.plane;
  var text = tools.text;
  var unpackPoints = tools.unpackPoints;
  var SLICE = 12; // milliseconds of training in one frame

  live.add("playground", function (stage, options) {
    var REACH = 1.25;
    var MOST = 300;
    var main = [
      ["data", "Points", ["blobs", "circles", "xor", "spirals"]],
      ["layers", "Hidden layers", [0, 1, 2, 3, 4, 5, 6]],
      ["units", "Units in each", [1, 2, 3, 4, 5, 6, 7, 8]],
      ["activation", "Activation", live.activations],
      ["rate", "Learning rate", [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]],
    ];
    var more = [
      ["optimizer", "Optimizer", ["sgd", "adam"]],
      ["initializer", "Starting weights", ["glorot_uniform", "he_uniform", "lecun_uniform", "large", "zero"]],
      ["points", "Training points", [10, 20, 50, 100, 200, 300]],
      ["noise", "Noise", [0, 0.1, 0.2, 0.3, 0.5]],
      ["batch", "Batch", [1, 10, 30, 100, 300]],
      ["l2", "L2 penalty", [0, 0.0001, 0.001, 0.003, 0.01, 0.1]],
      ["dropout", "Dropout", [0, 0.1, 0.2, 0.5]],
      ["seed", "Seed", null],
    ];
    var specs = main.concat(more);
    var now = Object.assign({}, options.settings);
    var KEPT = ["rate", "batch", "l2", "dropout"]; // what may change in the middle of a training
    var train, test, net, memory, rng, epochs, history, failed, own;
    var shown = 0;
    var places = new Float64Array(2 * GRID * GRID);

    for (var k = 0; k < GRID * GRID; k++) {
      places[2 * k] = ((k % GRID) + 0.5) / GRID * 2 * REACH - REACH;
      places[2 * k + 1] = REACH - (Math.floor(k / GRID) + 0.5) / GRID * 2 * REACH;
    }

    function measure(set) {
      var cache = live.forward(net, set.x, set.y.length, 0, null);
      return live.loss(cache[cache.length - 1].outputs, set.y);
    }

    function note() {
      var a = measure(train);
      var b = measure(test);
      if (!isFinite(a.value) || !isFinite(b.value)) {
        failed = true;
        return;
      }
      if (history.length && history[history.length - 1][0] === epochs) history.pop();
      history.push([epochs, a.value, b.value, a.accuracy, b.accuracy]);
      if (history.length > 400) history = history.filter(function (_, k) { return k % 2 === 0 || k === 400; });
    }

    function restart() {
      rng = live.generator(now.seed);
      var sizes = [2];
      for (var k = 0; k < now.layers; k++) sizes.push(now.units);
      net = live.network(sizes.concat(1), now.activation, now.initializer, rng);
      if (options.weights && ["layers", "units", "activation", "initializer", "seed"].every(function (key) { return now[key] === options.settings[key]; })) {
        options.weights.forEach(function (packed, k) { // the network that a cell of the notebook trained
          net[k % 2 ? "biases" : "weights"][k >> 1] = live.unpack(packed);
        });
      }
      memory = live.optimizer(now.optimizer);
      epochs = 0;
      history = [];
      failed = false;
      note();
    }

    function load() {
      var source = live.generator(10000 + now.seed);
      train = live.points(now.data, now.points, now.noise, source);
      test = live.points(now.data, 300, now.noise, source);
      own = false;
      restart();
    }

    function step() {
      if (failed) return;
      live.epoch(net, train.x, train.y, now, memory, rng);
      epochs += 1;
    }

    function small(value) {
      return value < 0.001 ? value.toExponential(1).replace("-", "\u2212") : text(value);
    }

    function tell() {
      if (failed) return "The training diverged at epoch " + epochs + ": its steps were too long. Reset, and take a smaller rate.";
      var end = history[history.length - 1];
      return "Epoch " + end[0] + ". Training loss " + small(end[1]) + ", test loss " + small(end[2]) + ". Right are " +
        percent(end[3]) + " of the training points and " + percent(end[4]) + " of the test points.";
    }

    function drawCurves() {
      var pen = curves.pen;
      var top = Math.max.apply(null, [0.8].concat(history.map(function (row) { return Math.min(Math.max(row[1], row[2]), 3); })));
      pen.fillStyle = stage.colour("paper");
      pen.fillRect(0, 0, SIZE, 140);
      pen.strokeStyle = stage.colour("muted");
      pen.lineWidth = 1;
      pen.strokeRect(28.5, 8.5, SIZE - 29, 112);
      pen.fillStyle = stage.colour("muted");
      pen.fillText("0", 14, 122);
      pen.fillText(text(top, 1), 2, 18);
      pen.fillText("loss up to epoch " + epochs, 28, 136);
      [["training", "ink", [], 1], ["test", "vermilion", [6, 4], 2]].forEach(function (curve, place) {
        pen.setLineDash(curve[2]);
        pen.strokeStyle = pen.fillStyle = stage.colour(curve[1]);
        pen.lineWidth = 2;
        pen.beginPath();
        history.forEach(function (row) {
          pen.lineTo(29 + (SIZE - 31) * row[0] / Math.max(epochs, 1), 120 - 110 * Math.min(row[curve[3]], top) / top);
        });
        pen.stroke();
        pen.setLineDash([]);
        pen.fillText(curve[0] + (place ? " (dashed)" : ""), 186 + 56 * place, 136);
      });
    }

    function draw() {
      var cache = live.forward(net, places, GRID * GRID, 0, null);
      var scores = cache[cache.length - 1].outputs;
      heat(stage, board.pen, function (k) { return 2 * live.logistic(scores[k]) - 1; }, 0, 0, SIZE);
      board.paint(-1);
      drawCurves();
      var pen = units.pen;
      var size = 38;
      var high = 20 + now.layers * (size + 2);
      units.resize(high);
      pen.fillStyle = stage.colour("paper");
      pen.fillRect(0, 0, SIZE, high);
      pen.fillStyle = stage.colour("muted");
      if (now.layers) pen.fillText("what each unit answers, one row a layer", 2, 14);
      cache.slice(0, -1).forEach(function (layer, l) {
        var out = layer.outputs;
        for (var j = 0; j < now.units; j++) {
          var most = 1e-9;
          for (var k = j; k < out.length; k += now.units) most = Math.max(most, Math.abs(out[k]));
          heat(stage, pen, function (k) { return out[k * now.units + j] / most; }, j * (size + 2), 20 + l * (size + 2), size);
        }
      });
    }

    adopt(now, specs, stage.linked);
    load();
    var given = stage.linked && unpackPoints(stage.linked.given || "", REACH, MOST);
    if (given) {
      train = given;
      own = true;
      restart();
    }
    stage.player(function () {
      step();
      note();
    });
    stage.closing(function () {
      if (own) restart();
      else load();
    });
    var board = plane(stage, {
      reach: REACH, most: MOST, draw: draw,
      points: function () { return train; },
      change: function (changed) {
        own = true;
        train = changed;
        note();
      },
    });
    var curves = stage.canvas(SIZE, 140, "Loss by epoch, of training and test points; the numbers stand below.");
    var units = stage.canvas(SIZE, 20, "What each hidden unit answers in the plane, one row a layer.");
    var side = document.createElement("div");
    side.append(curves.node, units.node);
    stage.view.append(side);
    function change(key) {
      stage.pause();
      if (key === "points" || key === "noise" || key === "data" || (key === "seed" && !own)) load();
      else if (KEPT.indexOf(key) < 0) restart();
      stage.draw();
    }
    stage.settings(main, now, change);
    stage.settings(more, now, change, "More settings");
    return {
      draw: draw,
      tell: tell,
      play: function (time) {
        if (time - shown > (stage.calm ? 1000 : 120)) {
          shown = time;
          note();
          stage.draw();
          return !failed;
        }
        var end = performance.now() + SLICE;
        do step(); while (performance.now() < end);
        if (!isFinite(net.biases[now.layers][0])) note();
        return !failed;
      },
      paused: note,
      state: function () {
        var fields = Object.assign({}, now);
        if (own) fields.given = packPoints({ x: train.x, y: Array.from(train.y) });
        return fields;
      },
      inside: function () { return { net: net, train: train, test: test, epochs: epochs, history: history, settings: now }; },
    };
  });
})();
