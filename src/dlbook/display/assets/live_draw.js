/* Draw a digit: a trained convolutional network answers, and shows its maps and the sum behind each unit. */
(function () {
  "use strict";

  var live = window.dlbookLive;
  var tools = live.tools;
  var make = tools.make;
  var spot = tools.spot;
  var text = tools.text;
  var SIDE = 28; // pixels of the picture
  var AREA = SIDE * SIDE;
  var DOT = 9; // of the page, for a pixel of the drawing
  var SMALL = 6; // for one of what the network sees
  var SQUARE = 7; // pixels of a black square

  function on(node, kind, act) { node.addEventListener(kind, act); }

  live.add("draw", function (stage, options) {
    var layers = options.layers;
    var weights = options.weights.map(live.unpack);
    var specs = [
      ["hand", "Finger or mouse", ["draws", "moves_the_drawing"]],
      ["centred", "Centre and scale, as MNIST did", ["on", "off"]],
    ];
    var now = { hand: "draws", centred: options.centred };
    var drawing, seen, fitted, found, p, squares, chosen;
    var pen = [14, 14]; // where the keyboard draws
    var down = false; // whether it does
    var square = [14, 14]; // which the keyboard would black out
    var held = null; // where the hand was
    var waiting = false;

    function covers(at, k) {
      return Math.max(Math.abs(k % SIDE - at[0]), Math.abs(Math.floor(k / SIDE) - at[1])) <= SQUARE >> 1;
    }

    function run() {
      var picture = Float64Array.from(drawing, function (v) { return v / 255; });
      fitted = live.centred(picture, SIDE);
      seen = (now.centred === "on" ? fitted.picture : picture).map(function (v, k) {
        return squares.some(function (at) { return covers(at, k); }) ? 0 : v;
      });
      found = live.answer(layers, weights, seen);
      p = found[layers.length - 1].outputs;
    }

    /* Answer at once, or with the next picture of the screen while the hand moves. */
    function again(later) {
      if (!later) {
        run();
        return stage.draw();
      }
      if (!waiting) window.requestAnimationFrame(function () {
        waiting = false;
        run();
        draw();
        stage.tell(tell(), true);
      });
      waiting = true;
    }

    function change(pixels, later) {
      drawing = pixels;
      squares = [];
      again(later);
    }

    function fresh() {
      drawing = live.unpackPixels(options.samples[0][1], AREA);
      squares = [];
      run();
      pick(0, live.largest(found[0].outputs));
    }

    function tell() {
      var order = Object.keys(options.labels).sort(function (a, b) { return p[b] - p[a]; });
      var said = "The network says " + order.slice(0, 2).map(function (k) {
        return options.labels[k] + ", with probability " + tools.odds(p[k]);
      }).join("; then ") + ".";
      if (!drawing.some(Boolean)) return "Nothing is drawn. " + said;
      if (squares.length) said += " Black squares: " + squares.length + ".";
      if (now.centred === "off") return said + " It sees the drawing as it is.";
      return said + " It sees the drawing scaled by " + text(fitted.scale, 2) + ", moved " + fitted.moved.map(function (by, d) {
        return text(Math.abs(by), 1) + " " + [["left", "right"], ["up", "down"]][d][Number(by > 0)];
      }).join(" and ") + ".";
    }

    /* The window of the chosen unit, in a map of the layer before. */
    function mark(pen, size, x, y) {
      var layer = layers[chosen.layer];
      if (layer.kind !== "dense") tools.frame(stage, pen, x + size * (chosen.column * layer.strides[1] - layer.pad[1]), y + size * (chosen.row * layer.strides[0] - layer.pad[0]),
        size * layer.size[1], size * layer.size[0], "blue");
    }

    function draw() {
      tools.mosaic(board.pen, SIDE, AREA, DOT, 0, 0, function (k) { return [drawing[k], drawing[k], drawing[k]]; });
      if (board.node.matches(":focus-visible")) {
        tools.frame(stage, board.pen, DOT * pen[0] - 1, DOT * pen[1] - 1, DOT + 2, DOT + 2, down ? "vermilion" : "blue");
      }
      tools.mosaic(view.pen, SIDE, AREA, SMALL, 0, 0, function (k) {
        var out = Math.max(Math.abs(k % SIDE - 13.5), Math.abs(Math.floor(k / SIDE) - 13.5)) > 10;
        var v = Math.round(255 * seen[k]) || (out && now.centred === "on" ? 50 : 0);
        return [v, v, v];
      });
      squares.concat(view.node.matches(":focus-visible") ? [square] : []).forEach(function (at, k) {
        tools.frame(stage, view.pen, SMALL * (at[0] - 3), SMALL * (at[1] - 3), SMALL * SQUARE, SMALL * SQUARE, k < squares.length ? "muted" : "vermilion");
      });
      if (!chosen.layer) mark(view.pen, SMALL, 0, 0);
      p.forEach(function (v, k) {
        rows[k].className = k === live.largest(p) ? "dlb-best" : "";
        rows[k].childNodes[1].style.setProperty("--dlb-share", 100 * v + "%");
        rows[k].childNodes[2].textContent = v.toFixed(3);
      });
      maps.forEach(drawMaps);
      explain();
    }

    function drawMaps(map, l) {
      var values = found[l].outputs;
      var most = Math.max.apply(null, values.map(Math.abs)) || 1;
      map.pen.fillStyle = stage.colour("muted");
      map.pen.fillRect(0, 0, map.across * map.step, map.down * map.rise);
      for (var m = 0; m < map.tiles; m++) {
        var x = m % map.across * map.step + 1;
        var y = Math.floor(m / map.across) * map.rise + 1;
        tools.mosaic(map.pen, map.wide, values.length / map.tiles, map.size, x, y, function (k) {
          return stage.tones()[Math.round(10 * values[k * map.tiles + m] / most) + 10];
        });
        if (l === chosen.layer && m === chosen.map) {
          tools.frame(stage, map.pen, x + map.size * chosen.column - 1, y + map.size * chosen.row - 1, map.size + 2, map.size + 2, "ink");
        }
        if (l === chosen.layer - 1 && (layers[l + 1].activation || m === chosen.map)) mark(map.pen, map.size, x, y);
      }
    }

    function pick(l, unit) {
      var map = shapes[l];
      var place = Math.floor(unit / map.tiles);
      chosen = { layer: l, unit: unit, map: unit % map.tiles, row: Math.floor(place / map.wide), column: place % map.wide };
    }

    function terms() {
      var layer = layers[chosen.layer];
      return live.terms(layer, chosen.unit, chosen.layer ? found[chosen.layer - 1].outputs : seen, weights[layer.at]);
    }

    function total(list) { return list.reduce(function (sum, term) { return sum + term.product; }, 0); }

    function sentence() {
      var layer = layers[chosen.layer];
      var list = terms();
      var sum = text(found[chosen.layer].sums[chosen.unit]);
      var name = "Layer " + (chosen.layer + 1) + (layer.kind === "dense" ? ", unit " + (chosen.unit + 1) :
        ", map " + (chosen.map + 1) + ", row " + (chosen.row + 1) + ", column " + (chosen.column + 1)) + ": the ";
      if (!layer.activation) return name + (layer.kind === "max" ? "largest" : "mean") + " of " + list.length + " values is " + sum + ".";
      return name + "sum of " + list.length + " products is " + text(total(list)) + "; with the bias of " +
        text(weights[layer.at + 1][chosen.unit % layer.output[2]]) + " it is " + sum + ", and after " + layer.activation + " " +
        text(found[chosen.layer].outputs[chosen.unit]) + ".";
    }

    /* Numbers in the form of the window, on their tones. */
    function grid(list, key, across) {
      var most = Math.max.apply(null, list.map(function (term) { return Math.abs(term[key]); })) || 1;
      var table = make("table", {}, make("caption", {}, key + "s"));
      for (var k = 0; k < list.length; k += across) {
        table.append(make("tr", {}, list.slice(k, k + across).map(function (term) {
          var tone = stage.tones()[Math.round(5 * term[key] / most) + 10];
          return make("td", { style: "background: rgb(" + tone + ")" }, text(term[key], 2));
        })));
      }
      return table;
    }

    function explain() {
      var layer = layers[chosen.layer];
      var depth = layer.input[2];
      var list = terms();
      var note = "";
      if (layer.kind === "dense") {
        list = list.sort(function (a, b) { return Math.abs(b.product) - Math.abs(a.product); }).slice(0, 5);
        note = " The five largest, " + text(total(list)) + " together:";
      } else if (layer.kind === "conv" && depth > 1) {
        var parts = Array.from({ length: depth }, function (_, d) { return list.filter(function (_, k) { return k % depth === d; }); });
        var sums = parts.map(total);
        var strong = live.largest(sums.map(Math.abs));
        list = parts[strong];
        note = " By map before: " + sums.map(function (sum) { return text(sum, 2); }).join(", ") + ". Map " + (strong + 1) + ":";
      }
      said.textContent = sentence() + note;
      proof.replaceChildren.apply(proof, (layer.activation ? ["value", "weight", "product"] : ["value"]).map(function (key) {
        return grid(list, key, layer.kind === "dense" ? 1 : layer.size[1]);
      }));
    }

    function step(at, way) {
      return at.map(function (v, d) { return Math.max(0, Math.min(SIDE - 1, Math.round(v + way[d]))); });
    }

    function place(at) { return "Row " + (at[1] + 1) + ", column " + (at[0] + 1) + "."; }

    function use(event) {
      var to = spot(board.node, event, SIDE);
      var from = held || to;
      if (now.hand === "draws") {
        held = to;
        return change(live.stroke(drawing, SIDE, from, to), true);
      }
      var by = to.map(function (v, d) { return Math.trunc(v - from[d]); });
      held = from.map(function (v, d) { return v + by[d]; });
      if (by[0] || by[1]) change(live.shifted(drawing, SIDE, by[0], by[1]), true);
    }

    function listen(node) {
      node.style.touchAction = "none"; // a finger draws, and does not scroll
      on(node, "pointerdown", function (event) {
        node.setPointerCapture(event.pointerId);
        use(event);
      });
      on(node, "pointermove", function (event) { if (held) use(event); });
      on(node, "lostpointercapture", function () {
        held = null;
        again();
      });
      stage.keys(node, function (way, shift) {
        var from = pen;
        if (shift) return change(live.shifted(drawing, SIDE, way[0], way[1]));
        pen = step(pen, way);
        if (down) change(live.stroke(drawing, SIDE, from, pen), true);
        else draw();
        stage.say(place(pen));
      }, function () {
        down = !down;
        change(down ? live.stroke(drawing, SIDE, pen, pen) : drawing);
      });
      on(node, "blur", function () { down = false; });
    }

    /* Make a square black, or give it back. */
    function cover(at) {
      var others = squares.filter(function (one) { return !covers(one, at[1] * SIDE + at[0]); });
      squares = others.concat(others.length < squares.length ? [] : [at]);
      again();
    }

    /* The maps of a layer, up to eight in a row. */
    function show(map, l) {
      map.across = Math.min(map.tiles, 8);
      map.down = Math.ceil(map.tiles / map.across);
      map.size = Math.max(2, Math.min(16, Math.floor((map.tiles > 1 ? 84 : 504) / map.wide)));
      map.step = map.wide * map.size + 2;
      map.rise = map.high * map.size + 2;
      Object.assign(map, stage.canvas(map.across * map.step, map.down * map.rise, layers[l].title + ". Arrow keys choose a unit, with Shift a map."));

      /* Choose by the place among all units of the canvas, map beside map. */
      function choose(x, y) {
        var tile = Math.floor(y / map.high) * map.across + Math.floor(x / map.wide);
        var unit = (y % map.high * map.wide + x % map.wide) * map.tiles + tile;
        if (x < 0 || y < 0 || x >= map.across * map.wide || tile >= map.tiles || unit >= found[l].outputs.length) return;
        pick(l, unit);
        draw();
        stage.say(sentence());
      }

      on(map.node, "click", function (event) {
        var at = spot(map.node, event, map.across * map.step);
        choose(Math.floor(at[0] / map.step * map.wide), Math.floor(at[1] / map.rise * map.high));
      });
      stage.keys(map.node, function (way, shift) {
        if (chosen.layer !== l) return choose(0, 0);
        choose(chosen.map % map.across * map.wide + chosen.column + way[0] * (shift ? map.wide : 1),
          Math.floor(chosen.map / map.across) * map.high + chosen.row + way[1] * (shift ? map.high : 1));
      });
      area.append(make("p", {}, layers[l].title), map.node);
      return map;
    }

    function linked(fields) {
      tools.adopt(now, specs, fields);
      drawing = live.unpackPixels(fields.drawing || "", AREA);
      squares = (fields.squares || "").split(";").slice(0, 16).map(function (pair) { return pair.split(",").map(Number); })
        .filter(function (at) { return at[0] >= 0 && at[1] >= 0; });
      run();
      if (found[fields.layer] && fields.unit in found[fields.layer].outputs) pick(Number(fields.layer), Number(fields.unit));
    }

    function part(name, title, node) { return make("div", { class: name }, [make("p", {}, title), node]); }

    var shapes = layers.map(function (layer) { return layer.shown; });
    fresh();
    if (stage.linked) linked(stage.linked);
    stage.button("Clear", function () { change(new Uint8Array(AREA)); });
    stage.closing(fresh);
    var board = stage.canvas(SIDE * DOT, SIDE * DOT, "Your drawing. Arrows move a cursor, Space puts the pen down or lifts it, Shift with an arrow moves the drawing.");
    var view = stage.canvas(SIDE * SMALL, SIDE * SMALL, "What the network sees. Arrows move a square, Space makes it black or gives it back.");
    var area = make("div", { class: "dlb-live-maps" });
    var said = make("p");
    var proof = make("div", { class: "dlb-live-tables" });
    var rows = options.labels.map(function (label) { return make("li", {}, [make("b", {}, label), make("i"), make("span")]); });
    listen(board.node);
    on(view.node, "click", function (event) { cover(step(spot(view.node, event, SIDE), [0, 0])); });
    stage.keys(view.node, function (way) {
      square = step(square, way);
      draw();
      stage.say(place(square));
    }, function () { cover(square); });
    stage.view.append(
      make("div", { class: "dlb-live-typed", role: "group", "aria-label": "Samples" }, options.samples.map(function (sample) {
        var node = make("button", { type: "button" }, sample[0]);
        on(node, "click", function () { change(live.unpackPixels(sample[1], AREA)); });
        return node;
      })),
      part("", "Your drawing", board.node), part("dlb-live-narrow", "What the network sees", view.node),
      part("dlb-live-narrow", "Its answer", make("ul", { class: "dlb-live-bars" }, rows)),
      make("p", { class: "dlb-live-key" }, "A tap on what the network sees makes a square black, another gives it back. By keyboard: " +
        "arrows move the cursor, Space puts the pen down or lifts it, Shift with an arrow moves the drawing."));
    stage.settings(specs, now, function () { again(); });
    var maps = shapes.map(show);
    area.append(said);
    stage.place.append(area, proof);
    return {
      draw: draw,
      tell: tell,
      state: function () {
        return Object.assign({ drawing: live.packPixels(drawing), squares: squares.join(";"), layer: chosen.layer, unit: chosen.unit }, now);
      },
      inside: function () {
        return { drawing: drawing, seen: seen, found: found, p: p, squares: squares, chosen: chosen, terms: terms(), settings: now };
      },
    };
  });
})();
