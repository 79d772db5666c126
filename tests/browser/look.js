/* What the tests of the pages look at; added to every page before its own scripts. */
window.look = (function () {
  "use strict";

  const shift = { value: 0, sources: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      shift.value += entry.value;
      for (const { node } of entry.sources) {
        const what = (node && (node.outerHTML || node.data)) || "something removed";
        shift.sources.push(`${entry.value.toFixed(3)} ${what.slice(0, 120)}`);
      }
    }
  }).observe({ type: "layout-shift", buffered: true });

  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const brief = (node) => node.outerHTML.slice(0, 160);
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  function arrived(image) {
    if (image.complete) return true;
    return new Promise((done) => {
      image.addEventListener("load", done);
      image.addEventListener("error", done);
    });
  }

  /* Go down the page as a reader does, so that what is loaded late is loaded, and wait for it. */
  async function readThrough() {
    await document.fonts.ready;
    for (let y = 0; y < document.documentElement.scrollHeight; y += 2500) {
      window.scrollTo(0, y);
      await frame();
    }
    /* What is folded loads when it is opened. */
    await Promise.all(Array.from(document.images).filter((image) => !image.closest("details:not([open])")).map(arrived));
    await frame();
    return shift;
  }

  async function openEverything() {
    const still = document.createElement("style");
    still.textContent = "*, *::before, *::after { transition: none !important; animation: none !important; }";
    document.head.append(still);
    all("details").forEach((part) => (part.open = true));
    await frame();
    await readThrough();
  }

  function pictures() {
    // What lies over the first picture of an explorable, and the parts it is cut into, say nothing of their own.
    const own = (image) => !image.matches(".dlb-panel img, .dlb-picture > img ~ img");
    const images = Array.from(document.images).filter(own).map((image) => ({
      html: brief(image),
      alt: image.getAttribute("alt"),
      loaded: image.naturalWidth > 0,
    }));
    const drawings = all(".cell_output svg")
      .filter((svg) => !svg.closest("[aria-hidden=true], button, .katex") && !svg.parentElement.closest("svg"))
      .map((svg) => {
        const title = svg.querySelector(":scope > title");
        const alt = svg.getAttribute("aria-label") || (title ? title.textContent : null);
        return { html: brief(svg), alt, loaded: true };
      });
    return [...images, ...drawings];
  }

  /* Text that is neither code nor a typeset formula. */
  function texts() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (!parentElement.closest("pre, code, script, style, noscript, template, .katex")) found.push(data);
    }
    return found;
  }

  function content() {
    const formulas = all(".katex").filter((node) => !node.closest("[hidden], svg"));
    const fonts = Array.from(document.fonts).filter((font) => font.family === "KaTeX_Main");
    return {
      pictures: pictures(),
      texts: texts(),
      formulas: formulas.length,
      flat: formulas.filter((node) => node.getBoundingClientRect().height < 4).map(brief),
      failed: all(".katex-error").length,
      fonts: fonts.filter((font) => font.status === "loaded").length,
    };
  }

  function inScroller(node) {
    for (let box = node.parentElement; box && box !== document.body; box = box.parentElement) {
      if (getComputedStyle(box).overflowX !== "visible") return true;
    }
    return false;
  }

  async function width(limit) {
    await frame();
    const wide = all("body *").filter((node) => {
      return node.getClientRects().length && node.getBoundingClientRect().right > limit + 1 && !inScroller(node);
    });
    return { width: document.documentElement.scrollWidth, wide: wide.slice(0, 5).map(brief) };
  }

  /* What scrolls sideways must be reached with the Tab key, or it cannot be read without a mouse. */
  function unreachableScrollers() {
    const focusable = "a[href], button:enabled, input:enabled, select:enabled, summary, [tabindex='0']";
    return all("body *")
      .filter((node) => node.scrollWidth > node.clientWidth + 12 && node.clientWidth > 0)
      .filter((node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowX))
      .filter((node) => !node.matches(focusable) && !node.querySelector(focusable))
      .map(brief);
  }

  /* The theme makes what scrolls a stop for the Tab key, a moment after the width has changed. */
  function stopsAreSet() {
    const wide = all("pre, .pst-scrollable-table-container").filter((node) => node.scrollWidth > node.clientWidth);
    return wide.every((node) => node.tabIndex === 0);
  }

  /* A page holds thousands of formulas, tokens of code and paragraphs that look alike. axe-core gets the first few
     of each kind; whatever has a name, an id or a role of its own stays. */
  function thinOut() {
    const seen = {};
    const often = (kind) => (seen[kind] = (seen[kind] || 0) + 1) > 4;
    const kind = (node) => `${node.tagName}.${node.className.baseVal ?? node.className}`;
    const place = (node) => kind(node.closest("[class*=dlb], .admonition, table, nav, aside, main, body"));
    const names = "a, button, summary, label, output, h1, h2, h3, h4, title, script, style";

    all("dl.py, .indextable li, .toc-entry").forEach((node) => {
      if (often(kind(node))) node.remove();
    });
    all(".katex").forEach((node) => {
      if (often(`katex ${place(node)}`)) node.remove();
    });
    all("pre span:not([id])").forEach((node) => {
      if (often(kind(node))) node.replaceWith(...node.childNodes);
    });
    all("svg :is(path, line, circle, rect)").forEach((node) => {
      if (often(kind(node) + place(node))) node.remove();
    });
    document.body.normalize();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    found.forEach((node) => {
      const parent = node.parentElement;
      if (parent.closest(names) || !node.data.trim()) return;
      if (often(kind(parent) + kind(parent.parentElement) + place(parent))) node.remove();
    });
    all("p, em, strong, code, span").forEach((node) => {
      if (!node.attributes.length && !node.childNodes.length) node.remove();
    });
  }

  /* Words of titles that go on in a second line, which tells a reader that the type is too large. */
  function brokenWords() {
    const found = [];
    for (const title of all(".bd-article :is(h1, h2, h3), .prev-next-title")) {
      const walker = document.createTreeWalker(title, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode;
        for (const word of text.data.matchAll(/[^\s\u2013\u2014-]+/g)) {
          const range = document.createRange();
          range.setStart(text, word.index);
          range.setEnd(text, word.index + word[0].length);
          const lines = Array.from(range.getClientRects(), (box) => Math.round(box.top));
          if (Math.max(...lines) - Math.min(...lines) > 8) found.push(word[0]);
        }
      }
    }
    return found;
  }

  /* Marks that stand at the start of a line although they belong to the formula at the end of the one before. */
  function strayMarks() {
    const found = [];
    for (const formula of all(".bd-article span.katex, .bd-article span.math > .katex")) {
      const bases = formula.querySelectorAll(".base");
      if (!bases.length || !formula.getClientRects().length || formula.closest(".katex-display")) continue;
      const walker = document.createTreeWalker(document.querySelector(".bd-article"), NodeFilter.SHOW_TEXT);
      walker.currentNode = formula.querySelector(".katex-html");
      let next = walker.nextNode();
      while (next && formula.contains(next)) next = walker.nextNode();
      if (!next || !/^[.,;:!?)]/.test(next.data) || next.parentElement.closest("pre, script, .katex")) continue;
      const range = document.createRange();
      range.setStart(next, 0);
      range.setEnd(next, 1);
      const mark = range.getBoundingClientRect();
      const end = bases[bases.length - 1].getBoundingClientRect();
      if (mark.width && mark.top >= end.bottom - 2 && mark.left < end.left) found.push(next.data.slice(0, 30));
    }
    return found;
  }

  /* The links to the pages before and after whose text does not fit. */
  function cutNeighbours() {
    return all(".prev-next-area a, .prev-next-area p")
      .filter((node) => node.scrollWidth > node.clientWidth + 1 || node.getBoundingClientRect().right > innerWidth)
      .map(brief);
  }

  const shown = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden";
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  const moment = () => new Promise((done) => setTimeout(done, 0));

  function* missing(what, checks) {
    for (const [name, holds] of Object.entries(checks)) if (!holds) yield `${what}: ${name}`;
  }

  async function decodes(url) {
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
      return image.naturalWidth > 0;
    } catch {
      return false;
    }
  }

  /* The picture on top, where it is the one that a frame names, over the first. */
  function shows(root, data, number) {
    const expected = number === 0 ? [data.pictures[0]] : [data.pictures[0], data.pictures[number]];
    return [root.querySelector(".dlb-picture"), ...root.querySelectorAll(".dlb-panel")].every((place) => {
      const shown = Array.from(place.querySelectorAll(":scope > img"), (image) => image.getAttribute("src"));
      return shown.join() === expected.join();
    });
  }

  /* Move one control of an `explore` to a position, and say what is wrong then. */
  function* moved(root, data, positions, control, position) {
    const input = root.querySelectorAll("[data-dlb-control]")[control];
    positions[control] = position;
    if (input.type === "checkbox") input.checked = position === Number(input.dataset.dlbOn);
    else input.value = position;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    const number = positions.reduce((sum, place, k) => sum * data.controls[k].length + place, 0);
    const frame = data.frames[number];
    const image = root.querySelector(".dlb-picture img");
    const text = data.controls[control][position];
    yield* missing(`${root.querySelector("label").textContent} at ${positions}`, {
      "the picture": shows(root, data, frame.picture),
      "the alternative text": image.alt === frame.alt,
      "the value": input.type !== "range" || input.parentNode.querySelector("output").textContent === text,
      "the value for screen readers": input.type !== "range" || input.ariaValueText === text,
    });
  }

  function* everyPosition(root, data) {
    const positions = data.controls.map(() => 0);
    root.querySelectorAll("[data-dlb-control]").forEach((input) => {
      if (input.type !== "checkbox") input.value = 0; // the front page begins elsewhere
    });
    for (let control = 0; control < positions.length; control++) {
      for (let place = 1; place < data.controls[control].length; place++) {
        yield* moved(root, data, positions, control, place);
      }
    }
    for (let control = 0; control < positions.length; control++) yield* moved(root, data, positions, control, 0);
  }

  function* everyStep(root, data) {
    const last = data.frames.length - 1;
    const slider = root.querySelector("[data-dlb-position]");
    for (const [place, { picture, alt, caption }] of [...data.frames.entries(), [0, data.frames[0]]]) {
      slider.value = place;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      yield* missing(`step ${place}`, {
        "the picture": shows(root, data, picture),
        "the alternative text": root.querySelector(".dlb-picture img").alt === alt,
        "the caption": !caption || root.querySelector("[data-dlb-caption]").textContent === caption,
        "the position": root.querySelector("output").textContent === `${place + 1} of ${last + 1}`,
      });
    }
  }

  /* Try every position of every explorable; return what is wrong. */
  async function tryExplorables() {
    const problems = [];
    for (const root of all("[data-dlb]")) {
      const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
      const whole = await Promise.all(data.pictures.map(decodes));
      const tries = { explore: everyPosition, animate: everyStep };
      problems.push(
        ...missing(root.querySelector(".dlb-picture img").alt, {
          "more than one picture": new Set(data.pictures).size > 1,
          "every picture is there": whole.every(Boolean),
          "the controls work": !root.querySelector("fieldset").disabled,
        }),
        ...tries[root.dataset.dlb](root, data),
      );
    }
    return problems;
  }

  /* Give every answer of every quiz; return what is wrong. */
  async function tryQuizzes() {
    const problems = [];
    for (const quiz of all(".dlb-quiz")) {
      const questions = JSON.parse(quiz.querySelector(".dlb-quiz-data").textContent);
      const items = quiz.querySelectorAll(".dlb-quiz-list > li");
      problems.push(...missing("quiz", { "every question is shown": items.length === questions.length }));
      for (const [place, { type, answers }] of questions.entries()) {
        const feedback = items[place].querySelector(".Feedback");
        for (const [number, answer] of answers.entries()) {
          if (type === "numeric") {
            const ends = answers.flatMap(({ range }) => range || []).map(Math.abs);
            const [low, high] = answer.range || [Math.max(...ends) + 7, Math.max(...ends) + 7];
            items[place].querySelector("input").value = String(Number(((low + high) / 2).toPrecision(12)));
            items[place].querySelector("button").click();
          } else {
            items[place].querySelectorAll(".MCButton input")[number].click();
          }
          await moment();
          const told = document.createElement("div");
          told.innerHTML = answer.feedback;
          const formulas = Array.from(feedback.querySelectorAll(".katex-html"));
          problems.push(...missing(`question ${place + 1}, answer ${number + 1}`, {
            "feedback is seen": shown(feedback),
            "feedback says so": plain(feedback.textContent).startsWith(plain(told.textContent)),
            "it is right or wrong": told.textContent.startsWith(answer.correct ? "Correct." : "Not quite."),
            "formulas are set": formulas.length === told.querySelectorAll(".katex-html").length &&
              formulas.every((formula) => formula.getBoundingClientRect().height > 4),
          }));
        }
      }
    }
    return problems;
  }

  /* Mark a few texts of each kind: those that look alike have the same contrast. What counts is the ink, what lies
     behind it up to the first paper, size and weight, and for a link the text around it. */
  function sampleTexts(roots) {
    const seen = {};
    const sort = (node) => {
      const own = getComputedStyle(node);
      const parts = [own.color, own.fontSize, own.fontWeight, own.textShadow, own.textDecorationLine, node.matches("a, a *")];
      if (node.matches("a")) parts.push(getComputedStyle(node.parentElement).color);
      for (let up = node; up; up = up.parentElement) {
        const { backgroundColor, backgroundImage, opacity, filter } = getComputedStyle(up);
        parts.push(backgroundColor, backgroundImage, opacity, filter);
        if (!/^rgba|transparent/.test(backgroundColor)) break;
      }
      return parts.join("|");
    };
    all("[data-look-sample]").forEach((node) => node.removeAttribute("data-look-sample"));
    roots.flatMap((root) => [root, ...root.querySelectorAll("*")]).forEach((node) => {
      const written = node.matches("input, select, textarea") || Array.from(node.childNodes).some((child) => child.nodeType === 3 && child.data.trim());
      if (!written || !node.getClientRects().length) return;
      const kind = sort(node);
      seen[kind] = (seen[kind] || 0) + 1;
      if (seen[kind] < 3) node.setAttribute("data-look-sample", "");
    });
  }

  const COLOURS = ["color-contrast", "link-in-text-block"];

  /* The serious and critical findings of axe-core. Without "preload" it would ask for style sheets a second time,
     and for some at wrong addresses. */
  async function barriers(context, rules) {
    const runs = [];
    const other = rules.filter((rule) => !COLOURS.includes(rule));
    const colours = rules.length ? rules.filter((rule) => COLOURS.includes(rule)) : COLOURS;
    const options = { resultTypes: ["violations"], preload: false };
    if (!rules.length || other.length) {
      const without = Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }]));
      const chosen = rules.length ? { runOnly: { type: "rule", values: other } } : { rules: without };
      runs.push(await axe.run(context || document, { ...options, ...chosen }));
    }
    sampleTexts(context ? all(context) : [document.body]);
    if (colours.length && document.querySelector("[data-look-sample]")) {
      runs.push(await axe.run("[data-look-sample]", { ...options, runOnly: { type: "rule", values: colours } }));
    }
    return runs
      .flatMap((run) => run.violations)
      .filter((found) => ["serious", "critical"].includes(found.impact))
      .flatMap((found) => found.nodes.map((node) =>
        `${found.id} (${found.impact}): ${node.html.slice(0, 160)} ${(node.failureSummary || "").slice(0, 200)}`));
  }

  return {
    readThrough, openEverything, content, width, brokenWords, cutNeighbours, strayMarks, unreachableScrollers, stopsAreSet, thinOut,
    tryExplorables, tryQuizzes, barriers,
  };
})();
