/* What a page does beside being read: drawers on a phone, light and dark, the search field, where the reader is,
   and wide code within reach of the keyboard. Without it everything can still be read and opened. */
(function () {
  "use strict";
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  function remember(store, key, value) {
    try {
      store().setItem(key, value);
    } catch {
      /* The browser keeps nothing for this page; it works all the same. */
    }
  }

  /* -- drawers: a side bar in a dialog, which keeps the focus, closes by Escape and dims the page -- */

  function move(from, to) {
    to.append(...from.childNodes);
    to.classList.add(...from.classList);
    from.removeAttribute("class");
  }

  function outside(event, box) {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
  }

  /* A click beside a dialog closes it, and so does Escape where the browser leaves that to the page. */
  function closes(dialog) {
    dialog.addEventListener("click", (event) => event.target === dialog && outside(event, dialog) && dialog.close());
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      dialog.close();
    });
  }

  function drawer(name, from, hidesOnWide) {
    const button = one(`.${name}-toggle`);
    const bar = one(`#pst-${name}-sidebar`);
    const dialog = one(`#pst-${name}-sidebar-modal`);
    if (!button || !bar || !dialog) return;
    const wide = matchMedia(`(min-width: ${from}px)`);
    const say = () => {
      const shown = dialog.open || (wide.matches && !bar.classList.contains("pst-sidebar-hidden"));
      button.setAttribute("aria-expanded", String(shown));
    };
    button.addEventListener("click", () => {
      if (wide.matches && hidesOnWide) {
        bar.classList.toggle("pst-sidebar-hidden");
      } else {
        move(bar, dialog);
        dialog.showModal();
        reveal(dialog);
      }
      say();
    });
    closes(dialog);
    dialog.addEventListener("click", (event) => event.target.closest("a[href]") && dialog.close());
    dialog.addEventListener("close", () => {
      move(dialog, bar);
      say();
    });
    wide.addEventListener("change", () => (dialog.open ? dialog.close() : say()));
    say();
  }

  /* -- light and dark; the head of the page has set the colours before the first paint -- */

  const dark = matchMedia("(prefers-color-scheme: dark)");

  function paint(mode) {
    const theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    Object.assign(root.dataset, { mode, theme });
    remember(() => localStorage, "mode", mode);
    remember(() => localStorage, "theme", theme);
    all(".theme-switch-button").forEach((button) => button.setAttribute("aria-label", `Colours: ${mode}`));
  }

  function nextMode() {
    const order = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    paint(order[(order.indexOf(root.dataset.mode) + 1) % order.length]);
  }

  /* -- the search field, over any page -- */

  function openSearch() {
    const dialog = one("#pst-search-dialog");
    const field = one("main form.bd-search input");
    if (field) {
      field.focus();
      field.select();
    } else if (dialog && dialog.open) {
      dialog.close();
    } else if (dialog) {
      dialog.showModal();
    }
  }

  /* -- where the reader is: the entry of the contents, and the name of the section in the bar of a phone -- */

  function reveal(box) {
    const entry = box.querySelector("a.active, a.current");
    if (entry && box.scrollHeight > box.clientHeight) {
      box.scrollTop += entry.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    }
  }

  function followReader() {
    const links = new Map(all("#pst-page-toc-nav a").map((link) => [link.hash.slice(1), link]));
    const place = one(".dlb-place");
    const title = place && place.textContent;
    const sections = all(".bd-article section[id]").filter((section) => links.has(section.id));
    const seen = new Set();
    let current = null;

    function mark(section) {
      const link = section ? links.get(section.id) : null;
      if (link === current) return;
      if (current) {
        current.classList.remove("active");
        current.removeAttribute("aria-current");
      }
      current = link;
      if (place) place.textContent = link ? link.textContent.trim() : title;
      if (!link) return;
      link.classList.add("active");
      link.setAttribute("aria-current", "true");
      const bar = link.closest(".bd-sidebar-secondary");
      if (!bar) return;
      const box = bar.getBoundingClientRect();
      const { top, bottom } = link.getBoundingClientRect();
      if (top < box.top + 40 || bottom > box.bottom - 40) reveal(bar);
    }

    /* The innermost section that crosses a line a little below the top of the window. */
    const observer = new IntersectionObserver(
      (entries) => {
        entries.forEach(({ isIntersecting, target }) => seen[isIntersecting ? "add" : "delete"](target));
        mark(sections.filter((section) => seen.has(section)).pop());
      },
      { rootMargin: "-18% 0px -81% 0px" },
    );
    sections.forEach((section) => observer.observe(section));
  }

  /* -- what scrolls sideways is a stop for the Tab key, and code that goes on shows it by a fade and can be wrapped;
        looked at when it comes near, not all at once -- */

  const WRAP = "M3 6h18M3 12h13a3 3 0 0 1 0 6h-4m2.5-2.5L12 18l2.5 2.5M3 18h5";

  function fade(code) {
    const rest = code.scrollWidth - code.clientWidth - code.scrollLeft;
    code.parentElement.classList.toggle("dlb-goes-on", rest > 4);
  }

  /* Formulas, tables and figures that go on to a side fade there. */
  const EDGED = ".dlb-formula, .pst-scrollable-table-container, a.image-reference, .dlb-picture, .dlb-diagram";

  function fadeEdges(box) {
    const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
    box.classList.toggle("dlb-more-left", box.scrollLeft > 4);
    box.classList.toggle("dlb-more-right", rest > 4);
  }

  /* Whether the longest line, of letters of one width, has been wrapped. */
  function isWrapped(code) {
    if (!root.hasAttribute("data-wrap") || code.closest(".cell_output")) return false;
    const longest = Math.max(...code.textContent.split("\n").map((line) => line.length));
    return 0.6 * parseFloat(getComputedStyle(code).fontSize) * longest > code.clientWidth - 32;
  }

  function setWrap(on) {
    root.toggleAttribute("data-wrap", on);
    remember(() => localStorage, "wrap", on ? "on" : "");
    all(".dlb-wrap").forEach((button) => button.setAttribute("aria-pressed", String(on)));
  }

  /* A switch on code that is cut, for the code of all pages; the place stays where the reader is. */
  function addSwitch(code) {
    const box = code.parentElement;
    if (!box.matches(".highlight") || box.closest(".cell_output") || box.querySelector(".dlb-wrap")) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "dlb-wrap", title: "Wrap long lines" });
    button.setAttribute("aria-label", "Wrap long lines");
    button.setAttribute("aria-pressed", String(root.hasAttribute("data-wrap")));
    button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${WRAP}"/></svg>`;
    button.addEventListener("click", () => {
      const before = box.getBoundingClientRect().top;
      setWrap(!root.hasAttribute("data-wrap"));
      scrollBy({ top: box.getBoundingClientRect().top - before, behavior: "instant" });
      makeStops();
    });
    box.append(button);
  }

  const near = new IntersectionObserver(
    (entries) => {
      const boxes = entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target);
      const wide = boxes.map((box) => box.scrollWidth > box.clientWidth + (box.matches("pre") ? 1 : 0));
      boxes.forEach((box, k) => {
        if (box.matches(EDGED)) {
          fadeEdges(box);
          box.onscroll = () => fadeEdges(box);
        }
        if (!box.matches(STOPS)) return;
        box.tabIndex = wide[k] ? 0 : -1;
        if (!box.matches(".highlight > pre")) return;
        if (wide[k] || isWrapped(box)) {
          addSwitch(box);
          box.onscroll = () => fade(box);
        }
        fade(box);
      });
    },
    { rootMargin: "200% 0px" },
  );

  const STOPS = "pre, .cell_output > .output, .pst-scrollable-table-container";

  function makeStops() {
    near.disconnect();
    all(`${STOPS}, ${EDGED}`).forEach((box) => near.observe(box));
  }

  /* -- paper is white, and shows the solutions if the address asks for them: ?print=exercises -- */

  function preparePaper() {
    const wanted = new URLSearchParams(location.search).get("print");
    if (wanted) root.dataset.print = wanted;
    if (wanted === "exercises") all("details.solution, details.hint").forEach((solution) => (solution.open = true));
    let opened = [];
    addEventListener("beforeprint", () => {
      root.dataset.theme = "light";
      opened = all("details.deeper:not([open])");
      opened.forEach((part) => (part.open = true));
    });
    addEventListener("afterprint", () => {
      paint(root.dataset.mode);
      opened.forEach((part) => (part.open = false));
    });
  }

  /* -- a link to what is folded opens it -- */

  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let closed = target && target.closest("details:not([open])");
    if (!closed) return;
    for (; closed; closed = target.closest("details:not([open])")) closed.open = true;
    target.scrollIntoView();
  }

  /* -- the number of a row of the course map: a link to be passed on -- */

  function copyRows() {
    const said = document.createElement("div");
    said.className = "dlb-copied";
    said.setAttribute("role", "status");
    const clear = later(() => said.replaceChildren(), 2500);
    all("a.dlb-row").forEach((link) => {
      link.addEventListener("click", () => {
        if (!said.isConnected) document.body.append(said);
        const put = navigator.clipboard ? navigator.clipboard.writeText(link.href) : Promise.reject(new Error());
        put.then(
          () => (said.textContent = "The link is copied."),
          () => (said.textContent = "The link is in the address bar."),
        ).finally(clear);
      });
    });
  }

  function later(action, wait) {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(action, wait);
    };
  }

  function start() {
    drawer("primary", 960, true);
    drawer("secondary", 1200, false);
    paint(root.dataset.mode);
    dark.addEventListener("change", () => root.dataset.mode === "auto" && paint("auto"));
    all(".theme-switch-button").forEach((button) => button.addEventListener("click", nextMode));
    all(".search-button__button").forEach((button) => button.addEventListener("click", openSearch));
    const search = one("#pst-search-dialog");
    if (search) closes(search);
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || event.ctrlKey === event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      openSearch();
    });
    const bar = one("div.bd-sidebar");
    if (bar) addEventListener("pagehide", () => remember(() => sessionStorage, "sidebar-scroll-top", bar.scrollTop));
    followReader();
    makeStops();
    preparePaper();
    copyRows();
    openTarget();
    addEventListener("hashchange", openTarget);
    addEventListener("resize", later(makeStops, 300));
  }

  start();
})();
