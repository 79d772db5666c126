/* The live figure of the perceptron: points, one correction a step, the line and the bound. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var GRID = tools.GRID;
  var SIZE = tools.SIZE;
  var adopt = tools.adopt;
  var heat = tools.heat;
  var packPoints = tools.packPoints;
  var plane = tools.plane;
  var text = tools.text;
  var unpackPoints = tools.unpackPoints;

  live.add("perceptron", function (stage, options) {
    var REACH = 1.5;
    var MOST = 40;
    var names = Object.keys(options.samples).concat("two clouds");
    var specs = [["sample", "Points", names], ["seed", "Seed of the clouds", null]];
    var now = { sample: options.sample, seed: options.seed };
    var points, state, limit, own, last;
    var shown = 0;

    function clean() {
      state = { w: [0, 0], b: 0, at: 0, updates: 0, clean: 0, wrong: -1 };
    }

    function take(given) {
      points = given;
      limit = live.bound(points.x, points.y);
      clean();
    }

    function load() {
      own = false;
      var given = options.samples[now.sample];
      if (given) return take({ x: given.x, y: given.y });
      var rng = live.generator(now.seed);
      var drawn = live.points("blobs", 20, 0, rng);
      take({ // away from the origin, where the bias has much to learn
        x: Array.from(drawn.x, function (v) { return 0.6 * v + 0.7; }),
        y: Array.from(drawn.y),
      });
    }

    function both() {
      return points.y.indexOf(0) >= 0 && points.y.indexOf(1) >= 0;
    }

    function done() {
      return state.clean >= points.y.length;
    }

    function step() {
      if (both()) state = live.perceptron(points.x, points.y, state);
    }

    function tell() {
      if (!both()) return "There must be discs and squares.";
      var separable = isFinite(limit);
      var most = separable ? " By the theorem there are at most " + text(Math.floor(limit + 1e-9), 0) + "."
        : " No line separates these points: it never ends.";
      var rule = " w = (" + text(state.w[0], 2) + ", " + text(state.w[1], 2) + "), b = " + text(state.b, 2) + ".";
      if (done()) return "Done: a whole pass without a mistake, after " + state.updates + " corrections." + rule + most;
      if (state.wrong < 0) return "No correction yet: all weights are 0." + most;
      var k = state.wrong;
      return "Correction " + state.updates + ", by the " + (points.y[k] ? "disc" : "square") + " at (" +
        text(points.x[2 * k], 2) + ", " + text(points.x[2 * k + 1], 2) + ")." + rule + most;
    }

    function draw() {
      var pen = board.pen;
      var w = state.w;
      heat(stage, pen, function (k) {
        var x = ((k % GRID) + 0.5) / GRID * 2 * REACH - REACH;
        var y = REACH - (Math.floor(k / GRID) + 0.5) / GRID * 2 * REACH;
        var score = w[0] * x + w[1] * y + state.b;
        return score > 0 ? 0.3 : score < 0 ? -0.3 : 0;
      }, 0, 0, SIZE);
      pen.strokeStyle = stage.colour("muted");
      pen.lineWidth = 0.5;
      pen.strokeRect(board.pixel(0), -1, 0, SIZE + 2);
      pen.strokeRect(-1, board.pixel(0), SIZE + 2, 0);
      var length = Math.hypot(w[0], w[1]);
      if (length) {
        var foot = [-state.b * w[0] / length / length, -state.b * w[1] / length / length];
        var way = [-w[1] / length, w[0] / length];
        pen.beginPath();
        pen.moveTo(board.pixel(foot[0] - 9 * way[0]), board.pixel(foot[1] - 9 * way[1], true));
        pen.lineTo(board.pixel(foot[0] + 9 * way[0]), board.pixel(foot[1] + 9 * way[1], true));
        pen.strokeStyle = stage.colour("ink");
        pen.lineWidth = 2.5;
        pen.stroke();
      }
      board.paint(done() ? -1 : state.wrong);
    }

    adopt(now, specs, stage.linked);
    load();
    var given = stage.linked && unpackPoints(stage.linked.points || "", REACH, MOST);
    if (given) {
      take(given);
      own = true;
    }
    var steps = stage.linked ? Math.min(Number(stage.linked.steps) || 0, 2000) : options.steps;
    for (var k = 0; k < steps && !done(); k++) step();
    stage.player(step);
    stage.closing(function () {
      if (own) clean();
      else load();
    });
    var board = plane(stage, {
      reach: REACH, most: MOST, draw: draw,
      points: function () { return points; },
      change: function (changed) {
        own = true;
        take(changed);
      },
    });
    stage.settings(specs, now, function () {
      stage.pause();
      load();
      stage.draw();
    });
    return {
      draw: draw,
      tell: tell,
      play: function (time) {
        if (time - shown > (stage.calm ? 1000 : 350)) {
          shown = time;
          step();
          stage.draw();
        }
        return both() && !done();
      },
      state: function () {
        var fields = { sample: now.sample, seed: now.seed, steps: state.updates };
        if (own) fields.points = packPoints(points);
        return fields;
      },
      inside: function () { return { points: points, state: state, bound: limit }; },
    };
  });
})();
