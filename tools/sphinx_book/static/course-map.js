/* A filter for the course map: by words, and by what stands, is planned, or is still to be read. */
(function () {
  "use strict";

  var tables = Array.from(document.querySelectorAll("table.dlb-rows"));
  var form = document.querySelector(".dlb-filter");
  if (!form || !tables.length) return;
  var field = form.elements.words;
  var choice = form.elements.kind;
  var said = form.querySelector(".dlb-filter-said");

  function plain(text) {
    return text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  }

  function readPages() {
    try {
      var kept = JSON.parse(localStorage.getItem("dlbook-progress")) || {};
      return kept.pages || {};
    } catch (error) {
      return {};
    }
  }

  function pageOf(link) {
    return new URL(link.getAttribute("href"), location).pathname.replace(/\.html$/, "");
  }

  function update() {
    var words = plain(field.value).split(/\s+/).filter(Boolean);
    var read = Object.entries(readPages()).filter(function (entry) { return entry[1].read; })
      .map(function (entry) { return "/" + entry[0]; });
    var shown = 0;
    tables.forEach(function (table) {
      var section = table.closest("section");
      var chapter = plain(section.querySelector("h2, h3").textContent);
      var here = 0;
      table.querySelectorAll("tbody tr").forEach(function (row) {
        var link = row.querySelector("a");
        var text = plain(row.textContent) + " " + chapter;
        var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
        if (choice.value === "stands") fits = fits && Boolean(link);
        if (choice.value === "planned") fits = fits && !link;
        if (choice.value === "unread") {
          fits = fits && Boolean(link) && !read.some(function (page) { return pageOf(link).endsWith(page); });
        }
        row.hidden = !fits;
        here += fits ? 1 : 0;
      });
      section.hidden = here === 0;
      section.classList.toggle("dlb-filtered", words.length > 0 || choice.value !== "");
      shown += here;
    });
    said.textContent = shown === 1 ? "1 row." : shown + " rows.";
    try {
      history.replaceState(null, "", words.length ? "?words=" + encodeURIComponent(field.value) : location.pathname + location.hash);
    } catch (error) { /* a file has no address to be kept */ }
  }

  var timer;
  field.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(update, 150);
  });
  choice.addEventListener("change", update);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    update();
  });
  field.value = new URLSearchParams(location.search).get("words") || "";
  if (field.value) update();
})();
