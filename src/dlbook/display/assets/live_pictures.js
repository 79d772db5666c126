/* Pictures: convolutional networks on one of them, and what a drawing needs. A part of the engine that only the figures
   with pictures load; like it, plain script without a page. */
(function (global) {
  "use strict";

  var live = global.dlbookLive;

  /* Convolutional networks on one picture: row by row, the channels of a pixel side by side, as in Keras. A layer says
     its kind, the shapes of what it gets and gives, and its window (dlbook.display.layers). ------------------------- */

  /* Go through what a unit looks at: the place of each number in the input, or -1 where that is padding, and the place
     of its weight in the kernel. */
  function look(layer, unit, each) {
    var wide = layer.input[1];
    var depth = layer.input[2];
    var filters = layer.output[2];
    var filter = unit % filters;
    var spot = (unit - filter) / filters;
    var top = Math.floor(spot / layer.output[1]) * layer.strides[0] - layer.pad[0];
    var left = (spot % layer.output[1]) * layer.strides[1] - layer.pad[1];
    var pools = layer.activation === null;
    for (var i = 0, at = 0; i < layer.size[0]; i++) {
      for (var j = 0; j < layer.size[1]; j++) {
        var y = top + i;
        var x = left + j;
        var inside = y >= 0 && x >= 0 && y < layer.input[0] && x < wide;
        for (var d = pools ? filter : 0; d < (pools ? filter + 1 : depth); d++, at++) {
          each(inside ? (y * wide + x) * depth + d : -1, at * filters + filter);
        }
      }
    }
  }

  /* What each layer gives, and before the activation its sums. */
  function answer(layers, weights, picture) {
    var x = picture;
    return layers.map(function (layer) {
      var kernel = weights[layer.at];
      var bias = weights[layer.at + 1];
      var n = layer.output[0] * layer.output[1] * layer.output[2];
      var sums = live.units(n, function (unit) {
        var sum = layer.kind === "max" ? -Infinity : layer.kind === "mean" ? 0 : bias[unit % layer.output[2]];
        look(layer, unit, function (from, weight) {
          if (layer.kind === "max") sum = Math.max(sum, x[from]);
          else if (from >= 0) sum += x[from] * (layer.kind === "mean" ? 1 / (layer.size[0] * layer.size[1]) : kernel[weight]);
        });
        return sum;
      });
      if (layer.activation === "softmax") x = live.softmax(sums, 1);
      else x = layer.activation ? live.activate(layer.activation, sums) : sums;
      return { sums: sums, outputs: x };
    });
  }

  /* Value, weight and product of everything that a unit looks at; in pooling all count alike. */
  function terms(layer, unit, x, kernel) {
    var list = [];
    look(layer, unit, function (from, weight) {
      var v = from < 0 ? 0 : x[from];
      var w = layer.activation ? kernel[weight] : 1;
      list.push({ value: v, weight: w, product: v * w });
    });
    return list;
  }

  /* Pictures as texts: two hexadecimal digits a pixel, a letter from g to z for 1 to 20 zeros. */
  function packPixels(pixels) {
    return Array.from(pixels, function (v) { return v ? (256 + v).toString(16).slice(1) : "g"; }).join("")
      .replace(/g{2,20}/g, function (run) { return String.fromCharCode(102 + run.length); });
  }

  function unpackPixels(words, n) {
    var hex = words.replace(/[g-z]/g, function (c) { return "00".repeat(c.charCodeAt(0) - 102); });
    return Uint8Array.from({ length: n }, function (_, k) { return parseInt(hex.substr(2 * k, 2), 16) || 0; });
  }

  /* Draw with a soft pen from one pixel, or place between pixels, to another: full near the line, and then fading. */
  function stroke(pixels, side, from, to) {
    var dx = to[0] - from[0];
    var dy = to[1] - from[1];
    return pixels.map(function (v, k) {
      var x = (k % side) - from[0];
      var y = Math.floor(k / side) - from[1];
      var t = Math.max(0, Math.min(1, (x * dx + y * dy) / (dx * dx + dy * dy || 1)));
      var far = Math.hypot(x - t * dx, y - t * dy);
      return Math.max(v, Math.round(255 * Math.max(0, Math.min(1, 1.9 - far))));
    });
  }

  function shifted(pixels, side, dx, dy) {
    return pixels.map(function (_, k) {
      var x = (k % side) - dx;
      var y = Math.floor(k / side) - dy;
      return x >= 0 && y >= 0 && x < side && y < side ? pixels[y * side + x] : 0;
    });
  }

  /* Bring a drawing to the form of MNIST: what is drawn fills a box of 20 pixels, whose centre of mass lies in the
     middle. Returns also the scale, and how far right and down the centre of mass went. */
  function centred(picture, side) {
    var box = [side, side, -1, -1];
    var mass = [0, 0, 0];
    picture.forEach(function (v, k) {
      var x = k % side;
      var y = Math.floor(k / side);
      if (!v) return;
      box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x + 1), Math.max(box[3], y + 1)];
      mass = [mass[0] + v * (x + 0.5), mass[1] + v * (y + 0.5), mass[2] + v];
    });
    if (!mass[2]) return { picture: picture.slice(), scale: 1, moved: [0, 0] };
    var scale = 20 / Math.max(box[2] - box[0], box[3] - box[1]);
    var fine = scale < 1 ? 4 : 1; // places looked at in a pixel, a side
    var centre = [0, 1].map(function (d) { return mass[d] / mass[2]; });
    var within = centre.map(function (c, d) { return scale * (c - box[d]); });
    var to = within.map(function (c) { return side / 2 - Math.floor(c); }); // whole pixels, as in MNIST

    function grey(x, y) {
      return x >= 0 && y >= 0 && x < side && y < side ? picture[y * side + x] : 0;
    }

    var made = picture.map(function (_, k) {
      var sum = 0;
      for (var n = 0; n < fine * fine; n++) {
        var x = box[0] + (k % side + (n % fine + 0.5) / fine - to[0]) / scale - 0.5;
        var y = box[1] + (Math.floor(k / side) + (Math.floor(n / fine) + 0.5) / fine - to[1]) / scale - 0.5;
        var i = Math.floor(x);
        var j = Math.floor(y);
        sum += (1 - x + i) * ((1 - y + j) * grey(i, j) + (y - j) * grey(i, j + 1)) +
          (x - i) * ((1 - y + j) * grey(i + 1, j) + (y - j) * grey(i + 1, j + 1));
      }
      return sum / (fine * fine);
    });
    return {
      picture: made, scale: scale,
      moved: within.map(function (c, d) { return to[d] + c - centre[d]; }),
    };
  }

  live.answer = answer;
  live.centred = centred;
  live.packPixels = packPixels;
  live.shifted = shifted;
  live.stroke = stroke;
  live.terms = terms;
  live.unpackPixels = unpackPixels;
})(typeof window === "undefined" ? this : window);
