/* A formula that is wider than the page scrolls in its own line; only then can the keyboard reach it. */
(function () {
  "use strict";
  function update() {
    document.querySelectorAll(".dlb-formula").forEach(function (formula) {
      if (formula.scrollWidth > formula.clientWidth + 1) {
        formula.tabIndex = 0;
        formula.setAttribute("role", "region");
        formula.setAttribute("aria-label", "Wide formula");
      } else {
        ["tabindex", "role", "aria-label"].forEach(function (name) { formula.removeAttribute(name); });
      }
    });
  }
  document.fonts.ready.then(update);
  window.addEventListener("resize", update);
})();
