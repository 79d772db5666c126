/* What a link leads to, shown beside it: to a mouse that rests on it, to the keyboard, and to a tap, where a second
   tap follows the link. The texts come with the first of them, in one file for each page. */
(function () {
  "use strict";

  var WAIT = 250; // milliseconds
  var LINK = "a.reference.internal[href]:not(.image-reference)";
  var article = document.querySelector(".bd-article");
  var root = document.documentElement.dataset.content_root || "./";
  var texts = null;
  var waiting = [];
  var box = null;
  var shownFor = null;
  var timer;

  window.dlbPreviews = function (given) {
    texts = given;
    waiting.splice(0).forEach(function (act) { act(); });
  };

  function load(act) {
    if (texts) {
      act();
      return;
    }
    waiting.push(act);
    if (waiting.length > 1) return;
    var script = document.createElement("script");
    script.src = root + "_static/previews/" + DOCUMENTATION_OPTIONS.pagename + ".js";
    script.onerror = function () { window.dlbPreviews({}); };
    document.head.append(script);
  }

  function build() {
    box = document.createElement("div");
    box.id = "dlb-preview";
    box.className = "dlb-preview";
    box.hidden = true;
    document.body.append(box);
    box.addEventListener("pointerenter", function () { clearTimeout(timer); });
    box.addEventListener("pointerleave", function (event) { if (event.pointerType === "mouse") hideSoon(); });
  }

  function needFormulas(html) {
    if (html.indexOf('class="katex') < 0 || document.querySelector('link[href*="katex.css"]')) return;
    var link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = root + "_static/katex/katex.css";
    link.onload = function () { if (shownFor) place(shownFor); };
    document.head.append(link);
  }

  /* Below the link, or above where there is more room; a wide formula is made smaller. */
  function place(link) {
    box.querySelectorAll(".dlb-formula").forEach(function (formula) {
      var share = formula.clientWidth / formula.scrollWidth;
      if (share < 1) formula.style.fontSize = Math.max(0.5, share) + "em";
    });
    var at = link.getClientRects()[0];
    var wide = document.documentElement.clientWidth;
    var tall = window.innerHeight;
    var below = tall - at.bottom;
    box.style.maxHeight = Math.max(at.top, below) - 20 + "px";
    var size = box.getBoundingClientRect();
    var top = size.height + 12 < below || below > at.top ? at.bottom + 6 : at.top - size.height - 6;
    box.style.top = Math.max(6, top) + "px";
    box.style.left = Math.max(8, Math.min(at.left, wide - size.width - 8)) + "px";
  }

  function show(link, tapped) {
    var html = texts[link.getAttribute("href")];
    if (!html) return false;
    if (!box) build();
    hide();
    box.innerHTML = html.replace(/src="ROOT\//g, 'src="' + root);
    needFormulas(html);
    box.querySelectorAll("img").forEach(function (image) {
      image.onload = function () { if (shownFor === link) place(link); };
    });
    if (tapped) {
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Preview");
      var open = document.createElement("a");
      open.className = "dlb-preview-open";
      open.href = link.href;
      open.textContent = "Go there";
      open.addEventListener("click", function () { setTimeout(hide, 0); });
      box.append(open);
    } else {
      box.removeAttribute("aria-label");
      box.removeAttribute("role");
      link.setAttribute("aria-describedby", box.id);
    }
    link.removeAttribute("title"); // the browser's own preview
    shownFor = link;
    box.hidden = false;
    place(link);
    return true;
  }

  function hide() {
    clearTimeout(timer);
    if (!shownFor) return;
    shownFor.removeAttribute("aria-describedby");
    shownFor = null;
    box.hidden = true;
    box.replaceChildren();
  }

  function hideSoon() {
    clearTimeout(timer);
    timer = setTimeout(hide, WAIT);
  }

  function linkOf(event) {
    return event.target.closest && event.target.closest(LINK);
  }

  function showSoon(link, stillWanted) {
    clearTimeout(timer);
    timer = setTimeout(function () {
      load(function () { if (stillWanted() && shownFor !== link) show(link, false); });
    }, WAIT);
  }

  article.addEventListener("pointerover", function (event) {
    var link = event.pointerType === "mouse" && linkOf(event);
    if (!link) return;
    if (link === shownFor) clearTimeout(timer);
    else showSoon(link, function () { return link.matches(":hover"); });
  });
  article.addEventListener("pointerout", function (event) {
    if (event.pointerType === "mouse" && linkOf(event)) hideSoon();
  });
  article.addEventListener("focusin", function (event) {
    var link = linkOf(event);
    if (link && link.matches(":focus-visible")) {
      showSoon(link, function () { return link === document.activeElement; });
    }
  });
  article.addEventListener("focusout", function (event) {
    if (linkOf(event) && !(box && box.hasAttribute("role"))) hide(); // one that was tapped has a link of its own
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") hide(); });
  addEventListener("scroll", function () {
    if (shownFor && !box.matches(":hover")) hide();
  }, { passive: true });

  /* A finger: the first tap on a link to a place shows it, the second goes there. */
  document.addEventListener("click", function (event) {
    var link = article.contains(event.target) && linkOf(event);
    if (!link) {
      if (!box || !box.contains(event.target)) hide();
      return;
    }
    if (event.pointerType !== "touch" || link.getAttribute("href").indexOf("#") < 0 || link === shownFor) {
      hide();
      return;
    }
    event.preventDefault();
    load(function () { if (!show(link, true)) location.href = link.href; });
  });
})();
