/* Quizzes ask a global MathJax to typeset what they write into the page. This stands in for it: it loads the
   page's own copy of KaTeX the first time it is asked, and typesets TeX between dollar signs. */
(function () {
  "use strict";
  var folder = document.currentScript.src.replace(/[^/]*$/, "") + "katex/";
  var macros = MACROS_OF_THE_BOOK; // filled in when the site is built
  var loading = null;

  function load() {
    if (!loading) {
      loading = new Promise(function (resolve, reject) {
        if (!document.querySelector('link[href*="katex/katex.css"]')) {
          var style = document.createElement("link");
          style.rel = "stylesheet";
          style.href = folder + "katex.css";
          document.head.appendChild(style);
        }
        var script = document.createElement("script");
        script.src = folder + "katex.min.js";
        script.onload = resolve;
        script.onerror = reject;
        document.head.appendChild(script);
      });
    }
    return loading;
  }

  var pattern = /\$\$([^$]+)\$\$|\$([^$\n]+)\$|\\\((.+?)\\\)|\\\[([\s\S]+?)\\\]/g;

  function typesetText(node) {
    var text = node.nodeValue, last = 0, match, parts = document.createDocumentFragment();
    pattern.lastIndex = 0;
    while ((match = pattern.exec(text))) {
      parts.appendChild(document.createTextNode(text.slice(last, match.index)));
      var span = document.createElement("span");
      var tex = match[1] || match[2] || match[3] || match[4];
      window.katex.render(tex, span, { displayMode: Boolean(match[1] || match[4]), throwOnError: false, macros: macros });
      parts.appendChild(span);
      last = match.index + match[0].length;
    }
    if (last) {
      parts.appendChild(document.createTextNode(text.slice(last)));
      node.parentNode.replaceChild(parts, node);
    }
  }

  function typesetElement(root) {
    var walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [], node;
    while ((node = walker.nextNode())) {
      pattern.lastIndex = 0;
      if (pattern.test(node.nodeValue) && !node.parentNode.closest(".katex, script, style, pre, code")) found.push(node);
    }
    found.forEach(typesetText);
  }

  function typeset(elements) {
    var roots = elements && elements.length ? Array.from(elements) : Array.from(document.querySelectorAll(".Quiz"));
    return load().then(function () {
      roots.forEach(function (root) {
        if (typeof root === "string") root = document.querySelector(root);
        if (root) typesetElement(root);
      });
    });
  }

  window.MathJax = {
    version: "3.0.0",
    startup: { promise: Promise.resolve() },
    typeset: typeset,
    typesetPromise: typeset,
    typesetClear: function () {}
  };
})();
