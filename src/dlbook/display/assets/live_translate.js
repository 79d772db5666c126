/* One sequence into another: an encoder and a decoder with additive attention, both GRUs. A part of the engine that only
   the figures that translate load; like it, plain script without a page. */
(function (global) {
  "use strict";

  var live = global.dlbookLive;
  var START = 1; // ids, as in dlbook.text; 0 is padding
  var END = 2;

  /* The network behind the weights of dlbook.training.AttentionSeq2Seq, and the width of its two embeddings. */
  function translator(w, widths) {
    return {
      source: { table: w[0], width: widths[0] },
      encoder: { kernel: w[1], recurrent: w[2], bias: w[3] },
      keyKernel: w[4],
      queryKernel: w[5],
      scale: w[6],
      target: { table: w[7], width: widths[1] },
      decoder: { kernel: w[8], recurrent: w[9], bias: w[10] },
      out: w[11],
      last: w[12],
      units: w[2].length / w[1].length * widths[0],
    };
  }

  /* The state after each token, and what the score makes of it: computed once for a text. */
  function encode(net, ids) {
    var state = new Float64Array(net.units);
    var states = ids.map(function (id) {
      state = live.gru(net.encoder, live.embedding(net.source.table, id, net.source.width), state).state;
      return state;
    });
    var none = new Float64Array(net.scale.length);
    return { states: states, keys: states.map(function (h) { return live.dense(h, net.keyKernel, none); }) };
  }

  /* The weights of all states for a state of the decoder, which is the one before the step. */
  function attend(net, keys, state) {
    var query = live.dense(state, net.queryKernel, new Float64Array(net.scale.length));
    return live.softmax(keys.map(function (key) {
      return key.reduce(function (sum, v, k) { return sum + net.scale[k] * Math.tanh(v + query[k]); }, 0);
    }), 1);
  }

  /* Write the most probable token at every step, up to the end token. Padding and start are never written. */
  function translate(net, ids, most) {
    var read = encode(net, ids);
    var state = read.states[read.states.length - 1];
    var token = START;
    var steps = [];
    while (steps.length < most && token !== END) {
      var weights = attend(net, read.keys, state);
      var context = live.units(net.units, function (k) {
        return weights.reduce(function (sum, a, j) { return sum + a * read.states[j][k]; }, 0);
      });
      var row = live.embedding(net.target.table, token, net.target.width);
      state = live.gru(net.decoder, Float64Array.from([].concat(Array.from(row), Array.from(context))), state).state;
      var logits = live.dense(state, net.out, net.last);
      token = END + live.largest(logits.subarray(END));
      steps.push({ token: token, p: live.softmax(logits, 1)[token], weights: weights, state: state, logits: logits });
    }
    return steps;
  }

  live.END = END;
  live.translate = translate;
  live.translator = translator;
})(typeof window === "undefined" ? this : window);
