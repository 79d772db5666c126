/* The search of the book. search-data.js holds the pages, their headings, the terms of the glossary, and for every
   stem how much it says about a page; the build has weighed it with the functions below, in the same words. */
(function () {
  "use strict";

  const COMMON = new Set(
    ("a about after all also am an and any are as at be because been before being between both but by can could did " +
      "do does doing done each for from get gets give gives had has have help helps how i if in into is it its just " +
      "know like make makes me mean means more most much my need needs no not of on or other our out over " +
      "really say says should so some such take tell than that the their them then there these they this those to " +
      "too under up us use used using very was way we well were what when where whether which while who why will " +
      "with without work works would you your").split(" "),
  );
  /* Short forms and other words for what the book calls by one name. */
  const ALIKE = {
    ann: "neural network", auc: "auc roc curve", backprop: "backpropagation", bptt: "backpropagation through time",
    depth: "deep", hmm: "hidden markov model", lr: "learning rate", mlp: "multilayer perceptron",
    mse: "mean squared error", recognize: "recognition", rnn: "recurrent network", wer: "word error rate", width: "wide",
  };
  const ENDINGS = [
    /^(.{3,}iz)(?:ations?|ers?|ed|es?|ing)$/, /^(.{4,})(?:ations?|itions?|ators?|ating|ated|ates?)$/,
    /^(.{4,})(?:ional|ions?|ive|ively)$/, /^(.{3,})(?:ings?|edly|ed)$/, /^(.{3,})(?:ness|ments?|ly)$/,
    /^(.{2,})(?:ies)$/, /^(.{2,}(?:s|x|sh|ch))es$/, /^(.{2,}[^s])s$/,
  ];

  /* The same stem for the forms of one word: vanish, vanishes, vanished, vanishing. */
  function stem(word) {
    let root = word;
    for (const ending of ENDINGS) {
      const found = ending.exec(root);
      if (found) {
        root = found[1] + (ending.source.includes("ies") ? "y" : "");
        break;
      }
    }
    root = root.replace(/([bdfgmnprt])\1$/, "$1");
    return root.length > 4 ? root.replace(/[ey]$/, "") : root;
  }

  function words(text) {
    const bare = text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]|['\u2019]s\b/g, "");
    /* The shapes of problems are names: many to one. */
    const named = bare.replace(/\b(one|many|[nm1])[ -]to[ -](one|many|[nm1])\b/g, "$1to$2");
    return named.match(/[a-z0-9]+/g) || [];
  }

  /* The stems of a text; those of common words only if there is nothing else. */
  function stems(text) {
    const found = words(text);
    const telling = found.filter((word) => !COMMON.has(word));
    return (telling.length ? telling : found).map(stem);
  }

  function asked(query, data) {
    const spelled = words(query).map((word) => (Object.hasOwn(ALIKE, word) ? ALIKE[word] : word)).join(" ");
    const wanted = Array.from(new Set(stems(spelled)));
    const last = wanted[wanted.length - 1];
    if (last && last.length > 2 && !COMMON.has(last) && !Object.hasOwn(data.words, last)) {
      /* A word that is typed half. */
      const near = Object.keys(data.words).filter((known) => known.startsWith(last)).slice(0, 4);
      if (near.length) wanted.splice(-1, 1, ...near);
    }
    return wanted;
  }

  /* How much of what was asked stands in a text, as a share of the weight of the words. */
  function share(wanted, weights, text) {
    const there = new Set(stems(text));
    let found = 0;
    let all = 0;
    wanted.forEach((word, k) => {
      all += weights[k];
      if (there.has(word)) found += weights[k];
    });
    return all ? found / all : 0;
  }

  function definition(wanted, weights, terms) {
    let best = null;
    for (const [anchor, name, text] of terms) {
      const parts = stems(name);
      if (!parts.every((part) => wanted.includes(part))) continue;
      const covered = share(wanted, weights, name);
      if (covered > 0.55 && (!best || covered > best.covered)) best = { anchor, name, text, covered };
    }
    return best;
  }

  /* Return the definition that answers a query, if there is one, and the pages, best first. */
  function rank(query, data) {
    const wanted = asked(query, data);
    const weights = wanted.map((word) => (data.words[word] || [data.rare])[0]);
    const scores = new Map();
    wanted.forEach((word) => {
      const entry = data.words[word];
      if (!entry) return;
      for (let k = 1; k < entry.length; k += 2) {
        scores.set(entry[k], (scores.get(entry[k]) || 0) + entry[k + 1]);
      }
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const pages = Array.from(scores, ([number, score]) => {
      const page = data.pages[number];
      const sections = page.sections
        .map(([anchor, heading, text]) => ({
          anchor, heading, text,
          match: share(wanted, weights, heading) + 0.3 * share(wanted, weights, text),
        }))
        .filter(({ match }) => match > 0.2)
        .sort((one, two) => two.match - one.match);
      const heading = sections.length ? Math.min(1, sections[0].match) : 0;
      const title = share(wanted, weights, page.title);
      const bonus = total * (0.5 * title * title + 0.25 * heading * heading);
      return { page, sections, score: page.weight * (score + bonus) };
    });
    pages.sort((one, two) => two.score - one.score);
    return { wanted, definition: definition(wanted, weights, data.terms), pages };
  }

  globalThis.dlbSearch = { stems, rank };
  if (typeof document === "undefined") return;

  /* -- the page -- */

  const SHOWN = 12;

  function element(name, className, ...content) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  }

  function link(address, text) {
    const made = element("a", "", text);
    made.href = address;
    return made;
  }

  /* The text, with the words that were asked for marked. */
  function marked(text, wanted) {
    return element("p", "", ...text.split(/([A-Za-z0-9]+)/).map((part, k) => {
      const hit = k % 2 && wanted.includes(stem(part.toLowerCase())) && !COMMON.has(part.toLowerCase());
      return hit ? element("mark", "", part) : part;
    }));
  }

  function result({ page, sections }, wanted) {
    const best = sections[0];
    const item = element("li", "dlb-result", link(page.address, page.title));
    if (page.part) item.append(element("span", "dlb-part", page.part));
    item.append(marked(best && best.text ? best.text : page.summary, wanted));
    const places = sections.filter(({ anchor, match }) => anchor && match >= 0.3).slice(0, 3);
    if (places.length) {
      const list = places.map(({ anchor, heading }) => element("li", "", link(`${page.address}#${anchor}`, heading)));
      item.append(element("ul", "dlb-places", ...list));
    }
    return item;
  }

  function show(query, box) {
    const { wanted, definition, pages } = rank(query, globalThis.dlbSearchData);
    const parts = [];
    if (definition) {
      const { anchor, name, text } = definition;
      const address = `${globalThis.dlbSearchData.glossary}#${anchor}`;
      parts.push(element("div", "dlb-definition", link(address, name), marked(text, [])));
    }
    const found = `${pages.length} page${pages.length === 1 ? "" : "s"} found for \u201c${query}\u201d.`;
    const none = `Nothing found for \u201c${query}\u201d. Try another word, or look into the glossary.`;
    parts.push(element("p", "dlb-count", pages.length ? found : none));
    parts.push(element("ol", "search", ...pages.slice(0, SHOWN).map((page) => result(page, wanted))));
    box.replaceChildren(...parts);
  }

  const box = document.querySelector("#search-results");
  const field = document.querySelector("main form.bd-search input");
  if (!box || !field) return;
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = field.value.trim();
    history.replaceState(null, "", `?q=${encodeURIComponent(query).replace(/%20/g, "+")}`);
    if (query) show(query, box);
  });
  const query = (new URLSearchParams(location.search).get("q") || "").trim();
  field.value = query;
  if (query) show(query, box);
  else field.focus();
})();
