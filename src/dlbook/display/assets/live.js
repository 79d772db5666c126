/* The engine of the live figures: what a page needs to run a network itself. Plain script without a page: the tests
   run it in V8 against NumPy. */
(function (global) {
  "use strict";

  if (global.dlbookLive) return;

  /* NumPy's Mersenne Twister, as numpy.random.RandomState(seed) starts it: the same numbers, in the same order. */
  function generator(seed) {
    var state = new Uint32Array(624);
    var at = 624;
    state[0] = seed;
    for (var k = 1; k < 624; k++) state[k] = Math.imul(1812433253, state[k - 1] ^ (state[k - 1] >>> 30)) + k;

    function word() {
      if (at === 624) {
        for (var i = 0; i < 624; i++) {
          var y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
          state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
        }
        at = 0;
      }
      var x = state[at++];
      x ^= x >>> 11;
      x ^= (x << 7) & 0x9d2c5680;
      x ^= (x << 15) & 0xefc60000;
      return (x ^ (x >>> 18)) >>> 0;
    }

    function random() {
      var high = word() >>> 5;
      return (high * 67108864 + (word() >>> 6)) / 9007199254740992;
    }

    function permutation(n) {
      var order = [];
      for (var k = 0; k < n; k++) order.push(k);
      for (var i = n - 1; i > 0; i--) {
        var mask = Math.pow(2, 32 - Math.clz32(i)) - 1;
        var j = (word() & mask) >>> 0;
        while (j > i) j = (word() & mask) >>> 0;
        var kept = order[i];
        order[i] = order[j];
        order[j] = kept;
      }
      return order;
    }

    /* One normal number, by the method of Box and Muller. */
    function normal() {
      var radius = Math.sqrt(-2 * Math.log(1 - random()));
      return radius * Math.cos(2 * Math.PI * random());
    }

    return { random: random, permutation: permutation, normal: normal };
  }

  /* Dense networks: a row is a sample, as in dlbook.nn. The last layer gives one score, the logit. ----------------- */

  var variances = {
    glorot_uniform: function (n, m) { return 2 / (n + m); },
    he_uniform: function (n) { return 2 / n; },
    lecun_uniform: function (n) { return 1 / n; },
    large: function () { return 3; }, // from -3 to 3
    zero: function () { return 0; },
  };

  /* Each activation in place, and its slope by what came out. */
  var activations = {
    tanh: [Math.tanh, function (a) { return 1 - a * a; }],
    relu: [function (z) { return z > 0 || z !== z ? z : 0; }, function (a) { return a > 0 ? 1 : 0; }],
    logistic: [logistic, function (a) { return a * (1 - a); }],
    identity: [function (z) { return z; }, function () { return 1; }],
  };

  function logistic(z) {
    var small = Math.exp(-Math.abs(z));
    return (z >= 0 ? 1 : small) / (1 + small);
  }

  function network(sizes, activation, initializer, rng) {
    var net = { sizes: sizes, activation: activation, weights: [], biases: [] };
    for (var l = 1; l < sizes.length; l++) {
      var bound = Math.sqrt(3 * variances[initializer](sizes[l - 1], sizes[l]));
      var weights = new Float64Array(sizes[l - 1] * sizes[l]);
      for (var k = 0; k < weights.length; k++) weights[k] = bound ? -bound + 2 * bound * rng.random() : 0;
      net.weights.push(weights);
      net.biases.push(new Float64Array(sizes[l]));
    }
    return net;
  }

  /* Return what each layer got, gave and dropped. Without a rate nothing is dropped. */
  function forward(net, x, n, rate, rng) {
    var f = activations[net.activation][0];
    var last = net.weights.length - 1;
    var cache = [];
    for (var l = 0; l <= last; l++) {
      var m = net.sizes[l];
      var units = net.sizes[l + 1];
      var weights = net.weights[l];
      var biases = net.biases[l];
      var out = new Float64Array(n * units);
      for (var s = 0; s < n; s++) {
        var row = s * units;
        for (var j = 0; j < units; j++) out[row + j] = biases[j];
        for (var i = 0; i < m; i++) {
          var value = x[s * m + i];
          for (j = 0; j < units; j++) out[row + j] += value * weights[i * units + j];
        }
      }
      var layer = { inputs: x, outputs: out, mask: null };
      if (l < last) {
        for (var k = 0; k < out.length; k++) out[k] = f(out[k]);
        x = out;
        if (rate) {
          layer.mask = new Float64Array(out.length);
          x = new Float64Array(out.length);
          for (k = 0; k < out.length; k++) {
            layer.mask[k] = rng.random() >= rate ? 1 / (1 - rate) : 0;
            x[k] = out[k] * layer.mask[k];
          }
        }
      }
      cache.push(layer);
    }
    return cache;
  }

  /* Return the gradient for every parameter, from the gradient for the scores. */
  function backward(net, cache, grad) {
    var slope = activations[net.activation][1];
    var gradients = { weights: [], biases: [] };
    for (var l = cache.length - 1; l >= 0; l--) {
      var m = net.sizes[l];
      var units = net.sizes[l + 1];
      var n = grad.length / units;
      var x = cache[l].inputs;
      var weights = net.weights[l];
      var forWeights = new Float64Array(weights.length);
      var forBiases = new Float64Array(units);
      var below = new Float64Array(n * m);
      for (var s = 0; s < n; s++) {
        for (var j = 0; j < units; j++) forBiases[j] += grad[s * units + j];
        for (var i = 0; i < m; i++) {
          var value = x[s * m + i];
          var sum = 0;
          for (j = 0; j < units; j++) {
            var g = grad[s * units + j];
            forWeights[i * units + j] += value * g;
            sum += g * weights[i * units + j];
          }
          below[s * m + i] = sum;
        }
      }
      gradients.weights[l] = forWeights;
      gradients.biases[l] = forBiases;
      if (l > 0) {
        var before = cache[l - 1];
        for (var k = 0; k < below.length; k++) {
          below[k] *= slope(before.outputs[k]) * (before.mask ? before.mask[k] : 1);
        }
      }
      grad = below;
    }
    gradients.inputs = grad;
    return gradients;
  }

  /* Binary cross-entropy of scores: its mean and its gradient, and the share of right answers. */
  function loss(scores, y) {
    var n = y.length;
    var grad = new Float64Array(n);
    var sum = 0;
    var right = 0;
    for (var k = 0; k < n; k++) {
      var z = scores[k];
      sum += Math.log1p(Math.exp(-Math.abs(z))) + (z > 0 ? (1 - y[k]) * z : -y[k] * z);
      grad[k] = (logistic(z) - y[k]) / n;
      right += z > 0 === y[k] > 0.5;
    }
    return { value: sum / n, grad: grad, accuracy: right / n };
  }

  /* How each optimizer changes numbers in place, in the form of Keras. What it remembers begins with zeros, and with
     `first` of AdaGrad; `share` is the part of the velocity that stays, `steps` counts from 1. */
  var rules = {
    sgd: function (x, g, rate) {
      for (var k = 0; k < x.length; k++) x[k] -= rate * g[k];
    },
    momentum: function (x, g, rate, memory, share) {
      var velocity = memory(0, 0);
      for (var k = 0; k < x.length; k++) x[k] += velocity[k] = share * velocity[k] - rate * g[k];
    },
    nesterov: function (x, g, rate, memory, share) {
      var velocity = memory(0, 0);
      for (var k = 0; k < x.length; k++) {
        velocity[k] = share * velocity[k] - rate * g[k];
        x[k] += share * velocity[k] - rate * g[k];
      }
    },
    adagrad: function (x, g, rate, memory) {
      var square = memory(0, 0.1);
      for (var k = 0; k < x.length; k++) {
        square[k] += g[k] * g[k];
        x[k] -= (rate * g[k]) / Math.sqrt(square[k] + 1e-7);
      }
    },
    rmsprop: function (x, g, rate, memory) {
      var square = memory(0, 0);
      for (var k = 0; k < x.length; k++) {
        square[k] = 0.9 * square[k] + 0.1 * g[k] * g[k];
        x[k] -= (rate * g[k]) / Math.sqrt(square[k] + 1e-7);
      }
    },
    adam: function (x, g, rate, memory, share, steps) {
      var mean = memory(0, 0);
      var square = memory(1, 0);
      for (var k = 0; k < x.length; k++) {
        mean[k] = 0.9 * mean[k] + 0.1 * g[k];
        square[k] = 0.999 * square[k] + 0.001 * g[k] * g[k];
        x[k] -= (rate * mean[k]) / (1 - Math.pow(0.9, steps)) /
          (Math.sqrt(square[k] / (1 - Math.pow(0.999, steps))) + 1e-7);
      }
    },
  };

  /* An optimizer with its memory; `step` changes the parameters of a network, `walk` one array of them. */
  function optimizer(name, share) {
    var steps = 0;
    var kept = {};

    function change(values, grad, rate, place) {
      rules[name](values, grad, rate, function (which, first) {
        var key = place + "." + which;
        if (!kept[key]) kept[key] = new Float64Array(values.length).fill(first);
        return kept[key];
      }, share, steps);
    }

    function step(net, gradients, rate, l2) {
      steps += 1;
      net.weights.forEach(function (weights, l) {
        var grad = gradients.weights[l];
        if (l2) for (var k = 0; k < grad.length; k++) grad[k] += 2 * l2 * weights[k];
        change(weights, grad, rate, 2 * l);
        change(net.biases[l], gradients.biases[l], rate, 2 * l + 1);
      });
    }

    function walk(values, grad, rate) {
      steps += 1;
      change(values, grad, rate, 0);
    }

    return { step: step, walk: walk };
  }

  /* Surfaces to walk down, those of dlbook.optimization: the window that is shown, where a walk begins, the height of
     the lowest point, and the height and the gradient at a point. */

  function bowl(curvatures, angle, start) {
    var c = Math.cos(angle);
    var s = Math.sin(angle);
    var xx = c * c * curvatures[0] + s * s * curvatures[1];
    var xy = c * s * (curvatures[0] - curvatures[1]);
    var yy = s * s * curvatures[0] + c * c * curvatures[1];
    return {
      window: [[-1.5, 1.5], [-1.5, 1.5]], start: start, lowest: 0,
      height: function (x, y) { return (xx * x * x + 2 * xy * x * y + yy * y * y) / 2; },
      gradient: function (x, y) { return [xx * x + xy * y, xy * x + yy * y]; },
    };
  }

  function toy(x, y, each) {
    [[0.5, 0.2], [2.5, 0.9]].forEach(function (sample) {
      var a = logistic(x * sample[0] + y);
      each(a - sample[1], a * (1 - a), sample[0]);
    });
  }

  var surfaces = {
    valley: bowl([1, 50], 0, [-1, 0.9]),
    turned_valley: bowl([1, 50], Math.PI / 4, [-1.9 * Math.SQRT1_2, -0.1 * Math.SQRT1_2]),
    rosenbrock: {
      window: [[-1.8, 1.8], [-0.8, 2.2]], start: [-1.2, 1], lowest: 0,
      height: function (x, y) { return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x); },
      gradient: function (x, y) { return [2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)]; },
    },
    beale: {
      window: [[-1, 4.5], [-1.5, 1.5]], start: [1, 1.2], lowest: 0,
      height: function (x, y) {
        return [1.5, 2.25, 2.625].reduce(function (sum, c, k) {
          var rest = c - x * (1 - Math.pow(y, k + 1));
          return sum + rest * rest;
        }, 0);
      },
      gradient: function (x, y) {
        var slope = [0, 0];
        [1.5, 2.25, 2.625].forEach(function (c, k) {
          var rest = c - x * (1 - Math.pow(y, k + 1));
          slope[0] += 2 * rest * (Math.pow(y, k + 1) - 1);
          slope[1] += 2 * rest * x * (k + 1) * Math.pow(y, k);
        });
        return slope;
      },
    },
    saddle: {
      window: [[-1.6, 1.6], [-1.6, 1.6]], start: [-1.2, 0.02], lowest: -0.25,
      height: function (x, y) { return x * x / 2 + Math.pow(y, 4) / 4 - y * y / 2; },
      gradient: function (x, y) { return [x, y * y * y - y]; },
    },
    sigmoid_toy: {
      window: [[-6, 6], [-6, 6]], start: [-3, -1], lowest: 0,
      height: function (x, y) {
        var sum = 0;
        toy(x, y, function (error) { sum += error * error / 2; });
        return sum;
      },
      gradient: function (x, y) {
        var slope = [0, 0];
        toy(x, y, function (error, steep, input) {
          slope[0] += error * steep * input;
          slope[1] += error * steep;
        });
        return slope;
      },
    },
  };

  function rowsOf(x, order, width) {
    var rows = new Float64Array(order.length * width);
    order.forEach(function (from, to) {
      for (var k = 0; k < width; k++) rows[to * width + k] = x[from * width + k];
    });
    return rows;
  }

  /* One pass over all samples, in a new order unless they make one batch: as Sequential.fit goes through them. */
  function epoch(net, x, y, how, memory, rng) {
    var n = y.length;
    var whole = how.batch >= n;
    var order = whole ? null : rng.permutation(n);
    for (var from = 0; from < n; from += how.batch) {
      var part = whole ? null : order.slice(from, from + how.batch);
      var inputs = whole ? x : rowsOf(x, part, net.sizes[0]);
      var targets = whole ? y : rowsOf(y, part, 1);
      var cache = forward(net, inputs, targets.length, how.dropout, rng);
      var grad = loss(cache[cache.length - 1].outputs, targets).grad;
      memory.step(net, backward(net, cache, grad), how.rate, how.l2);
    }
  }

  /* Points of the plane in two classes, in the square from -1 to 1. ------------------------------------------------- */

  var shapes = {
    blobs: function (u, c) { return c ? [0.45, 0.4] : [-0.45, -0.4]; },
    circles: function (u, c) {
      var radius = c ? 0.25 : 0.75;
      return [radius * Math.cos(2 * Math.PI * u), radius * Math.sin(2 * Math.PI * u)];
    },
    xor: function (u, c) {
      var side = u < 0.5 ? 0.5 : -0.5;
      return [side, c ? -side : side];
    },
    spirals: function (u, c) {
      var radius = 0.1 + 0.75 * u;
      var angle = 3 * Math.PI * u + (c ? Math.PI : 0);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    },
  };
  var widths = { blobs: 0.16, circles: 0.05, xor: 0.13, spirals: 0.01 };

  /* Every other point is of class 1. Noise widens the clouds and turns labels around: each with half the chance. */
  function points(shape, n, noise, rng) {
    var x = new Float64Array(2 * n);
    var y = new Float64Array(n);
    for (var k = 0; k < n; k++) {
      var centre = shapes[shape](rng.random(), k % 2);
      for (var d = 0; d < 2; d++) x[2 * k + d] = centre[d] + (widths[shape] + 0.2 * noise) * rng.normal();
      y[k] = rng.random() < 0.5 * noise ? 1 - (k % 2) : k % 2;
    }
    return { x: x, y: y };
  }

  /* The perceptron. ------------------------------------------------------------------------------------------------- */

  /* Go on to the next mistake and correct it. `at` counts the points looked at since the last pass began. */
  function perceptron(x, y, from) {
    var n = y.length;
    var now = { w: from.w.slice(), b: from.b, at: from.at, updates: from.updates, clean: from.clean, wrong: -1 };
    now.looked = 0;
    while (now.clean < n) {
      var k = now.at % n;
      var sign = y[k] > 0.5 ? 1 : -1;
      now.at += 1;
      now.looked += 1;
      if (sign * (now.w[0] * x[2 * k] + now.w[1] * x[2 * k + 1] + now.b) <= 0) {
        now.w[0] += sign * x[2 * k];
        now.w[1] += sign * x[2 * k + 1];
        now.b += sign;
        now.updates += 1;
        now.wrong = k;
        now.clean = 0;
        return now;
      }
      now.clean += 1;
    }
    return now;
  }

  function dot(a, b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  }

  /* Weights of the point of least length in the plane, line or point through some corners; null where some are
     negative, as for a point outside their triangle. */
  function nearest(corners) {
    var n = corners.length;
    var table = corners.map(function (a) {
      return corners.map(function (b) { return dot(a, b); }).concat(1);
    });
    // Gram matrix times weights = 1, solved by elimination; then scaled to the sum 1.
    for (var c = 0; c < n; c++) {
      var pivot = c;
      for (var r = c + 1; r < n; r++) if (Math.abs(table[r][c]) > Math.abs(table[pivot][c])) pivot = r;
      if (Math.abs(table[pivot][c]) < 1e-12) return null;
      var kept = table[c];
      table[c] = table[pivot];
      table[pivot] = kept;
      for (r = 0; r < n; r++) {
        if (r === c) continue;
        var factor = table[r][c] / table[c][c];
        for (var k = c; k <= n; k++) table[r][k] -= factor * table[c][k];
      }
    }
    var weights = table.map(function (row, k) { return row[n] / row[k]; });
    var sum = weights.reduce(function (a, b) { return a + b; });
    if (!(sum > 0) || weights.some(function (w) { return w < 0; })) return null;
    return [0, 1, 2].map(function (d) {
      return corners.reduce(function (total, corner, k) { return total + (weights[k] / sum) * corner[d]; }, 0);
    });
  }

  /* The separator with the widest margin, the bias counted as a weight: the point nearest to the origin in the hull
     of the signed samples, which lies in a corner, an edge or a triangle. null where no line separates. */
  function separator(x, y) {
    var signed = [];
    for (var k = 0; k < y.length; k++) {
      var sign = y[k] > 0.5 ? 1 : -1;
      signed.push([sign * x[2 * k], sign * x[2 * k + 1], sign]);
    }

    function best(p) {
      var least = p && dot(p, p) * (1 - 1e-9);
      return p && least > 1e-9 && signed.every(function (v) { return dot(p, v) >= least; });
    }

    for (var a = 0; a < signed.length; a++) {
      for (var b = a; b < signed.length; b++) {
        for (var c = b; c < signed.length; c++) {
          if (a === b && b !== c) continue;
          var corners = [signed[a]];
          if (b > a) corners.push(signed[b]);
          if (c > b) corners.push(signed[c]);
          var p = nearest(corners);
          if (best(p)) return p;
        }
      }
    }
    return null;
  }

  /* How many corrections are made at most, by the theorem of Novikoff; infinite where no line separates. */
  function bound(x, y) {
    var p = separator(x, y);
    if (!p) return Infinity;
    var longest = 0;
    for (var k = 0; k < y.length; k++) {
      longest = Math.max(longest, x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1] + 1);
    }
    return longest / dot(p, p);
  }

  function largest(row) {
    return row.indexOf(Math.max.apply(null, row));
  }

  /* Hidden Markov models: `seen` holds columns of the emission matrix. ---------------------------------------------- */

  function decode(model, seen) {
    var n = model.start.length;
    var last = seen.length - 1;
    var states = model.start.map(function (_, i) { return i; });
    var alpha = [];
    var beta = [];
    var delta = [];
    var back = [];

    function sum(row) {
      return row.reduce(function (a, b) { return a + b; }, 0);
    }

    function log(p) {
      return p > 0 ? Math.log(p) : -Infinity;
    }

    for (var t = 0; t <= last; t++) {
      alpha[t] = states.map(function (j) {
        var reached = t ? sum(states.map(function (i) { return alpha[t - 1][i] * model.transition[i][j]; })) : model.start[j];
        return reached * model.emission[j][seen[t]];
      });
      var ways = states.map(function (j) {
        return t ? states.map(function (i) { return delta[t - 1][i] + log(model.transition[i][j]); }) : [log(model.start[j])];
      });
      back[t] = ways.map(largest);
      delta[t] = states.map(function (j) {
        return ways[j][back[t][j]] + log(model.emission[j][seen[t]]);
      });
    }
    for (t = last; t >= 0; t--) {
      beta[t] = states.map(function (i) {
        if (t === last) return 1;
        return sum(states.map(function (j) {
          return model.transition[i][j] * model.emission[j][seen[t + 1]] * beta[t + 1][j];
        }));
      });
    }
    var probability = last < 0 ? 1 : sum(alpha[last]);
    var gamma = alpha.map(function (row, t) {
      return row.map(function (a, i) { return probability ? (a * beta[t][i]) / probability : 0; });
    });
    var path = [];
    for (t = last; t >= 0; t--) path[t] = t === last ? largest(delta[t]) : back[t + 1][path[t + 1]];
    return {
      alpha: alpha,
      beta: beta,
      gamma: gamma,
      delta: delta.map(function (row) { return row.map(Math.exp); }),
      back: back,
      path: path,
      best: last < 0 ? 1 : Math.exp(delta[last][path[last]]),
      states: gamma.map(largest),
      probability: probability,
      n: n,
    };
  }

  /* A row of probabilities after one of them was set: the others keep their proportions, and the sum stays one. */
  function withOne(row, place, value) {
    var p = Math.min(Math.max(value, 0), 1);
    var rest = 0;
    row.forEach(function (q, k) { if (k !== place) rest += q; });
    return row.map(function (q, k) {
      if (k === place) return p;
      return rest > 0 ? (q / rest) * (1 - p) : (1 - p) / (row.length - 1);
    });
  }

  function draw(row, rng) {
    var u = rng.random();
    var total = 0;
    for (var k = 0; k < row.length - 1; k++) {
      total += row[k];
      if (u < total) return k;
    }
    return row.length - 1;
  }

  /* Observations of a model, drawn. */
  function sample(model, n, rng) {
    var seen = [];
    var state = draw(model.start, rng);
    for (var t = 0; t < n; t++) {
      if (t) state = draw(model.transition[state], rng);
      seen.push(draw(model.emission[state], rng));
    }
    return seen;
  }

  /* Recurrent networks, one step at a time, with the weights of Keras: the blocks of a kernel stand side by side. ---- */

  /* A vector times a matrix, whose rows lie one behind the other, plus a bias. */
  function dense(x, kernel, bias) {
    var out = Float64Array.from(bias);
    for (var i = 0; i < x.length; i++) {
      if (x[i]) for (var j = 0; j < out.length; j++) out[j] += x[i] * kernel[i * out.length + j];
    }
    return out;
  }

  function units(n, f) {
    return Float64Array.from({ length: n }, function (_, k) { return f(k); });
  }

  /* A row of a table: what a one-hot input would pick. */
  function embedding(table, row, width) {
    return table.subarray(row * width, (row + 1) * width);
  }

  /* Blocks: share of the old state, reset, candidate, with the reset after the product. The update gate is the share
     of the candidate, as in dlbook.sequences. */
  function gru(cell, x, state) {
    var m = state.length;
    var a = dense(x, cell.kernel, cell.bias.subarray(0, 3 * m));
    var b = dense(state, cell.recurrent, cell.bias.subarray(3 * m));
    var update = units(m, function (k) { return logistic(-a[k] - b[k]); });
    var reset = units(m, function (k) { return logistic(a[m + k] + b[m + k]); });
    return {
      state: units(m, function (k) {
        return (1 - update[k]) * state[k] + update[k] * Math.tanh(a[2 * m + k] + reset[k] * b[2 * m + k]);
      }),
      update: update,
      reset: reset,
    };
  }

  /* Blocks: input gate, forget gate, candidate, output gate. */
  function lstm(cell, x, state, memory) {
    var m = state.length;
    var a = dense(x, cell.kernel, cell.bias);
    var b = dense(state, cell.recurrent, a);
    function gate(block) { return units(m, function (k) { return logistic(b[block * m + k]); }); }
    var input = gate(0);
    var forget = gate(1);
    var output = gate(3);
    var next = units(m, function (k) { return forget[k] * memory[k] + input[k] * Math.tanh(b[2 * m + k]); });
    return {
      state: units(m, function (k) { return output[k] * Math.tanh(next[k]); }),
      memory: next,
      input: input,
      forget: forget,
      output: output,
    };
  }

  /* Probabilities at a temperature; at 0 the largest has all. */
  function softmax(logits, temperature) {
    var most = Math.max.apply(null, logits);
    var best = logits.indexOf(most);
    var p = units(logits.length, function (k) {
      return temperature ? Math.exp((logits[k] - most) / temperature) : Number(k === best);
    });
    var sum = p.reduce(function (a, b) { return a + b; });
    return p.map(function (v) { return v / sum; });
  }

  /* Numbers from the text that dlbook.display.pack writes: base64 of float32, float16 or int8, or of int6 or int7 in the
     code of Rice, with a scale. ------------------------------------------------------------------------------------ */

  function unpack(packed) {
    var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    var text = packed.data.replace(/=+$/, "");
    var bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
    var held = 0;
    for (var k = 0, to = 0; k < text.length; k++) {
      held = (held << 6) | letters.indexOf(text[k]);
      if (k % 4) bytes[to++] = held >> (6 - 2 * (k % 4)); // 6, 12, 18, 24 bits held
      if (k % 4 === 3) held = 0;
    }
    if (packed.shift !== undefined) return unrice(bytes, packed);
    if (packed.kind === "float32") return Float64Array.from(new Float32Array(bytes.buffer));
    if (packed.kind === "int8") {
      return Float64Array.from(new Int8Array(bytes.buffer), function (v) { return v * packed.scale; });
    }
    return Float64Array.from(new Uint16Array(bytes.buffer), function (half) {
      var exponent = (half >> 10) & 31;
      var fraction = half & 1023;
      var size = exponent ? Math.pow(2, exponent - 15) * (1 + fraction / 1024) : Math.pow(2, -24) * fraction;
      return half >> 15 ? -size : size;
    });
  }

  /* Each number is 0, -1, 1, -2, ... by its place: what stands above the last `shift` bits of the place in ones and a
     zero, then these bits. */
  function unrice(bytes, packed) {
    var at = 0;

    function bit() {
      var found = (bytes[at >> 3] >> (7 - (at & 7))) & 1;
      at += 1;
      return found;
    }

    return units(packed.shape.reduce(function (a, b) { return a * b; }, 1), function () {
      var place = 0;
      while (bit()) place += 1;
      for (var k = 0; k < packed.shift; k++) place = 2 * place + bit();
      return packed.scale * (place & 1 ? -(place + 1) / 2 : place / 2);
    });
  }

  global.dlbookLive = {
    activate: function (name, z) { return z.map(activations[name][0]); },
    activations: Object.keys(activations),
    backward: backward,
    bound: bound,
    decode: decode,
    dense: dense,
    draw: draw,
    embedding: embedding,
    epoch: epoch,
    figures: {},
    forward: forward,
    generator: generator,
    gru: gru,
    largest: largest,
    logistic: logistic,
    loss: loss,
    lstm: lstm,
    network: network,
    optimizer: optimizer,
    perceptron: perceptron,
    points: points,
    sample: sample,
    separator: separator,
    softmax: softmax,
    surfaces: surfaces,
    units: units,
    unpack: unpack,
    withOne: withOne,
  };
})(typeof window === "undefined" ? this : window);
