/* What a reader has read, opened and answered. It is kept in this browser and sent nowhere; where the browser keeps
   nothing, nothing of it is shown. */
(function () {
  "use strict";

  var KEY = "dlbook-progress";
  var all = function (selector) { return Array.from(document.querySelectorAll(selector)); };

  function read() {
    try {
      var kept = JSON.parse(localStorage.getItem(KEY));
      if (kept && kept.version === 1 && kept.pages && typeof kept.pages === "object") return kept;
    } catch (error) { /* as if nothing were kept */ }
    return { version: 1, pages: {} };
  }

  function write(kept) {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
      return true;
    } catch (error) {
      return false;
    }
  }

  function keeps() {
    try {
      localStorage.setItem(KEY + "-try", "1");
      localStorage.removeItem(KEY + "-try");
      return true;
    } catch (error) {
      return false;
    }
  }

  function entry(kept, page) {
    var found = kept.pages[page] || {};
    kept.pages[page] = found;
    found.solutions = Array.isArray(found.solutions) ? found.solutions : [];
    found.quiz = found.quiz && typeof found.quiz === "object" ? found.quiz : {};
    return found;
  }

  function make(name, properties, parent) {
    var element = Object.assign(document.createElement(name), properties);
    if (parent) parent.append(element);
    return element;
  }

  /* -- a page that is read -- */

  function onPage(line) {
    var page = line.dataset.page;
    var mine = entry(read(), page);

    function change(act) {
      var kept = read();
      act(entry(kept, page));
      write(kept);
    }

    all("details.solution").forEach(function (solution) {
      solution.addEventListener("toggle", function () {
        if (!solution.open) return;
        change(function (now) {
          if (now.solutions.indexOf(solution.id) < 0) now.solutions.push(solution.id);
        });
      });
    });

    document.addEventListener("dlb-answer", function (event) {
      change(function (now) {
        now.quiz[event.detail.key] = { given: event.detail.given, right: event.detail.right };
      });
    });
    all(".dlb-quiz-list > li").forEach(function (item) {
      var answer = mine.quiz[item.dataset.key];
      if (answer) item.dispatchEvent(new CustomEvent("dlb-replay", { detail: answer.given }));
    });

    var footer = document.querySelector(".prev-next-area");
    var place = make("p", { className: "dlb-read" });
    var button = make("button", { type: "button" }, place);
    var mark = make("span", { className: "dlb-read-mark" }, line);
    function show(isRead) {
      button.setAttribute("aria-pressed", String(isRead));
      button.textContent = isRead ? "You have read this page" : "Mark this page as read";
      mark.textContent = isRead ? " You have read it." : "";
    }
    button.addEventListener("click", function () {
      var isRead = button.getAttribute("aria-pressed") !== "true";
      change(function (now) {
        if (isRead) now.read = new Date().toISOString().slice(0, 10);
        else delete now.read;
      });
      show(isRead);
    });
    show(Boolean(mine.read));
    if (footer) footer.before(place);
  }

  /* -- pages that list others -- */

  function counted(element, kept) {
    var sum = { pages: 0, read: 0, solutions: 0, opened: 0, questions: 0, right: 0, begun: 0 };
    element.dataset.pages.split(" ").filter(Boolean).forEach(function (text) {
      var parts = text.split(":");
      var mine = kept.pages[parts[0]] || {};
      var answers = Object.values(mine.quiz || {});
      sum.pages += 1;
      sum.read += mine.read ? 1 : 0;
      sum.solutions += Number(parts[1]);
      sum.opened += Math.min((mine.solutions || []).length, Number(parts[1]));
      sum.questions += Number(parts[2]);
      sum.right += Math.min(answers.filter(function (answer) { return answer.right; }).length, Number(parts[2]));
      sum.begun += answers.length;
    });
    sum.any = sum.read + sum.opened + sum.begun > 0;
    return sum;
  }

  function showPages(kept) {
    all(".dlb-progress").forEach(function (element) {
      var sum = counted(element, kept);
      var parts = [];
      if (sum.read) parts.push(sum.pages > 1 ? sum.read + " of " + sum.pages + " read" : "read");
      if (sum.opened) parts.push(sum.opened + " of " + sum.solutions + " solutions opened");
      if (sum.begun) parts.push(sum.right + " of " + sum.questions + " answers right");
      element.textContent = parts.join(", ");
      element.classList.toggle("dlb-is-read", sum.read === sum.pages);
    });
  }

  function save(kept) {
    var file = new Blob([JSON.stringify(kept, null, 1)], { type: "application/json" });
    var link = make("a", { href: URL.createObjectURL(file), download: "progress.json" });
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  function panel(box) {
    var said = box.querySelector(".dlb-progress-said");
    var text = box.querySelector(".dlb-progress-all");
    var next = box.querySelector(".dlb-next");
    var parts = text.textContent.match(/[^.]+\./g); // what it says of nobody, and where it is kept
    var pages = Array.from(box.querySelectorAll(".dlb-pages li"));
    var chooser = box.querySelector("input");
    var erased = null;

    function button(act) { return box.querySelector("[data-act=" + act + "]"); }

    function replace(kept, text) {
      write(kept);
      said.textContent = text;
      refresh();
    }

    function wire() {
      chooser.addEventListener("change", function () {
        var file = chooser.files[0];
        if (!file) return;
        file.text().then(function (content) {
          var kept = JSON.parse(content);
          if (!kept || kept.version !== 1 || !kept.pages || typeof kept.pages !== "object") throw new Error("another file");
          replace(kept, "Loaded.");
        }).catch(function () { said.textContent = "This file holds no progress of this book."; });
        chooser.value = "";
      });
      button("save").onclick = function () { save(read()); };
      button("load").onclick = function () { chooser.click(); };
      button("erase").onclick = function () {
        erased = read();
        replace({ version: 1, pages: {} }, "Erased.");
        button("back").hidden = false;
        button("back").focus();
      };
      button("back").onclick = function () {
        replace(erased, "It is back.");
        button("back").hidden = true;
        button("erase").focus();
      };
    }

    /* The page after the last one that was read. */
    function following(kept) {
      var isRead = pages.map(function (item) { return Boolean((kept.pages[item.dataset.page] || {}).read); });
      var last = isRead.lastIndexOf(true);
      var place = isRead.indexOf(false, last + 1);
      return pages[place < 0 ? isRead.indexOf(false) : place];
    }

    function refresh() {
      var kept = read();
      var sum = counted(text, kept);
      text.textContent = (sum.any
        ? "You have read " + sum.read + " of " + sum.pages + " pages, opened " + sum.opened + " of " + sum.solutions +
          " solutions, and answered " + sum.right + " of " + sum.questions + " questions right."
        : parts[0]) + parts[1];
      next.replaceChildren();
      var open = following(kept);
      if (sum.any && open) next.append("Go on with ", open.querySelector("a").cloneNode(true), ".");
      if (chooser) button("save").disabled = button("erase").disabled = !sum.any;
      else box.hidden = !sum.any;
      showPages(kept);
    }

    if (chooser) wire();
    refresh();
    window.addEventListener("storage", function (event) {
      if (event.key === KEY || event.key === null) refresh();
    });
  }

  if (!keeps()) {
    all(".dlb-progress-box").forEach(function (box) { box.hidden = true; });
    return;
  }
  all("p.dlb-reading[data-page]").forEach(onPage);
  all(".dlb-progress-box").forEach(panel);
  showPages(read());
})();
