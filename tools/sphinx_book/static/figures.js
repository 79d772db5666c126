/* A window that shows a figure as large as the reader wants. Without this script a figure is a link to its picture. */
(function () {
  "use strict";

  var STEP = 1.25;
  var CORNERS = "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5";
  var dialog = null;
  var view, content, natural, scale;

  function make(tag, properties, parent) {
    var element = Object.assign(document.createElement(tag), properties);
    if (parent) parent.append(element);
    return element;
  }

  function resize(to) {
    var middle = [
      (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth,
      (view.scrollTop + view.clientHeight / 2) / view.scrollHeight,
    ];
    scale = Math.min(Math.max(to, 0.2), 6);
    content.style.setProperty("--dlb-zoomed", scale * natural.width + "px");
    view.scrollLeft = middle[0] * view.scrollWidth - view.clientWidth / 2;
    view.scrollTop = middle[1] * view.scrollHeight - view.clientHeight / 2;
  }

  function fit() {
    var box = getComputedStyle(view);
    var width = view.clientWidth - 2 * parseFloat(box.paddingLeft);
    var height = view.clientHeight - 2 * parseFloat(box.paddingTop);
    return Math.min(width / natural.width, height / natural.height);
  }

  function build() {
    dialog = make("dialog", { className: "dlb-zoom" }, document.body);
    dialog.setAttribute("aria-label", "Figure, enlarged");
    var bar = make("div", { className: "dlb-zoom-bar" }, dialog);
    function button(text, name, act) {
      var made = make("button", { type: "button", textContent: text, onclick: act }, bar);
      made.setAttribute("aria-label", name);
    }
    button("\u2212", "Smaller", function () { resize(scale / STEP); });
    button("+", "Larger", function () { resize(scale * STEP); });
    button("Close", "Close", function () { dialog.close(); });
    view = make("div", { className: "dlb-zoom-view", tabIndex: 0 }, dialog);
    view.setAttribute("role", "group");
    view.setAttribute("aria-label", "Figure; the arrow keys move it, plus and minus change its size");
    dialog.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") dialog.close(); // the theme listens to this key as well, and ends it
      var to = { "+": scale * STEP, "=": scale * STEP, "-": scale / STEP, 0: fit() }[event.key];
      if (!to) return;
      event.preventDefault();
      resize(to);
    });
    dialog.addEventListener("close", function () { view.replaceChildren(); });
  }

  /* Show copies of the pictures in a figure: an image with what lies on top of it, or a drawing. */
  function open(figure) {
    if (!dialog) build();
    var pictures = figure.querySelectorAll(":scope > :is(img, svg)");
    var first = pictures[0];
    natural = { width: Number(first.getAttribute("width")), height: Number(first.getAttribute("height")) };
    content = make("div", { className: "dlb-zoom-content" });
    content.classList.toggle("dlb-diagram", figure.matches(".dlb-diagram"));
    pictures.forEach(function (picture) {
      var copy = picture.cloneNode(true);
      copy.removeAttribute("style");
      copy.removeAttribute("loading");
      content.append(copy);
    });
    view.replaceChildren(content);
    dialog.showModal();
    scale = 1;
    resize(Math.max(1, fit()));
    view.scrollTo(0, 0);
    view.focus();
  }

  function wrap(figure) {
    if (figure.parentNode.matches(".dlb-zoomable")) return figure.parentNode;
    var around = make("div", { className: "dlb-zoomable" });
    figure.replaceWith(around);
    around.append(figure);
    return around;
  }

  /* What does not fit can be reached by the Tab key, and gets a button. */
  function watch(figure) {
    var button = null;
    var drawn = figure.querySelector("img, svg");
    var ownStop = figure.hasAttribute("tabindex");
    function openIfCut() {
      if (button && !button.hidden) open(figure);
    }
    figure.addEventListener("click", openIfCut);
    figure.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target === figure) openIfCut();
    });
    new ResizeObserver(function () {
      var cut = figure.scrollWidth > figure.clientWidth + 1;
      var small = drawn.getBoundingClientRect().width < 0.9 * Number(drawn.getAttribute("width"));
      if (!ownStop) {
        if (cut) figure.tabIndex = 0;
        else figure.removeAttribute("tabindex");
      }
      if ((cut || small) && !button) {
        button = make("button", { type: "button", className: "dlb-enlarge" }, wrap(figure));
        button.setAttribute("aria-label", "Enlarge the figure");
        button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="' + CORNERS + '"/></svg>';
        button.onclick = function () { open(figure); };
      }
      if (button) button.hidden = !(cut || small);
    }).observe(figure);
  }

  /* A finger that scrolls the page over a slider has moved it first: put it back. */
  function keepSliders() {
    var before = null;
    function slider(event) {
      return event.target.matches && event.target.matches(".dlb-explorable input[type=range]") ? event.target : null;
    }
    document.addEventListener("pointerdown", function (event) {
      before = slider(event) && event.target.value;
    }, true);
    document.addEventListener("pointercancel", function (event) {
      var moved = slider(event);
      if (!moved || before === null || moved.value === before) return;
      moved.value = before;
      moved.dispatchEvent(new Event("input", { bubbles: true }));
    }, true);
  }

  function start() {
    keepSliders();
    document.querySelectorAll(".bd-article a.image-reference").forEach(function (link) {
      link.setAttribute("aria-haspopup", "dialog");
      link.addEventListener("click", function (event) {
        if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        open(link);
      });
    });
    document.querySelectorAll(".dlb-explorable .dlb-picture, .dlb-diagram").forEach(watch);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
