/* Quizzes. jupyterquiz makes the questions; this starts it and mends what it makes: names and roles for screen
   readers, answers that the keyboard reaches without giving them, a button beside each number. */
(function () {
  "use strict";
  var count = 0;

  function each(root, selector, action) {
    Array.prototype.forEach.call(root.querySelectorAll(selector), action);
  }

  /* Formulas: set by the build, or copied from those that the notebook has set, or left to the page's MathJax. */
  function typeset(elements) {
    elements.forEach(function (element) {
      var quiz = element.closest(".dlb-quiz");
      var store = quiz && quiz.querySelector(".dlb-quiz-math");
      var left = [];
      each(element, ".dlb-tex", function (span) {
        if (span.children.length) return;
        var tex = span.textContent.replace(/^\\\(|\\\)$/g, "");
        var set = null;
        if (store) {
          each(store, "[data-tex]", function (entry) {
            if (entry.dataset.tex === tex && entry.children.length) set = entry;
          });
        }
        if (set) span.innerHTML = set.innerHTML;
        else left.push(span);
      });
      if (left.length && !store && window.MathJax && window.MathJax.typeset) window.MathJax.typeset(left);
    });
  }

  /* Tell the page what was answered, and take from it what was answered before. */
  function keep(item, given, right) {
    item.dispatchEvent(new CustomEvent("dlb-answer", {
      bubbles: true, detail: { key: item.dataset.key, given: given, right: right },
    }));
  }

  function onReplay(item, feedback, act) {
    item.addEventListener("dlb-replay", function (event) {
      feedback.removeAttribute("role"); // it is nothing new
      act(event.detail);
      setTimeout(function () { feedback.setAttribute("role", "status"); }, 100);
    });
  }

  function mendChoice(item, data, question, answers, feedback, several) {
    answers.setAttribute("role", several ? "group" : "radiogroup");
    answers.setAttribute("aria-labelledby", question.id);
    var inputs = Array.from(answers.querySelectorAll("input"));
    inputs.forEach(function (input, index) {
      input.className = "dlb-quiz-input";
      if (several) {
        input.type = "checkbox";
        input.name = input.id;
      }
      if (data.answers[index].name) input.setAttribute("aria-label", data.answers[index].name);
    });
    function marked(names) {
      return inputs.map(function (_, index) { return index; }).filter(function (index) {
        return names.test(inputs[index].parentElement.className);
      });
    }
    onReplay(item, feedback, function (given) {
      Array.from(given).forEach(function (index) { if (inputs[index]) inputs[index].click(); });
    });
    answers.addEventListener("click", function (event) {
      // A click on a label comes twice, the second time from its input: answer once.
      if (event.target.tagName !== "INPUT") event.stopPropagation();
      setTimeout(function () {
        inputs.forEach(function (input) {
          input.checked = /correctButton/.test(input.parentElement.className);
        });
        var tail = feedback.lastChild; // "[1/2]" in plain words
        if (tail && tail.nodeType === Node.TEXT_NODE) {
          tail.nodeValue = tail.nodeValue.replace(/\[(\d+)\/(\d+)\]$/, "Found $1 of $2.");
        }
        if (event.target.tagName !== "INPUT") return;
        var all = data.answers.filter(function (answer) { return answer.correct; }).length;
        keep(item, marked(/correctButton/), marked(/\bcorrectButton/).length === all);
      }, 0);
    }, true);
    answers.addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      var place = inputs.indexOf(event.target);
      if (place < 0) return;
      if (event.key === "Enter") {
        event.preventDefault();
        event.target.click();
      } else if (step && !several) {
        event.preventDefault(); // else the arrow would answer
        inputs[(place + step + inputs.length) % inputs.length].focus();
      }
    });
  }

  /* Numbers that a text may mean, the likeliest first: signs, spaces, fractions and commas as people type them. A
     comma before three digits may be a point or part a thousand. */
  function numbersIn(text) {
    var number = "-?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?";
    var plain = text.trim().replace(/[\u2010-\u2015\u2212]/g, "-").replace(/\s*([/+-])\s*/g, "$1")
      .replace(/(^|\/)\+/g, "$1").replace(/(\d)[\s_](?=\d{3}(?!\d))/g, "$1");
    var grouped = /^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain);
    var found = [plain.replace(",", ".")];
    if (grouped) found.push(plain.replace(/,/g, ""));
    return found.filter(function (meant) { return new RegExp("^" + number + "(\\/" + number + ")?$", "i").test(meant); });
  }

  function mendNumber(item, data, question, answers, feedback) {
    var input = answers.querySelector("input");
    var label = answers.querySelector("label");
    var check = input.onkeypress;
    label.textContent = "Your answer";
    label.htmlFor = input.id;
    input.autocomplete = "off";
    input.setAttribute("aria-describedby", question.id);
    input.onpaste = null;
    input.blur = function () {}; // jupyterquiz would lose the reader's place
    answers.addEventListener("focus", function (event) {
      if (event.target === input) event.stopPropagation(); // and empty the field
    }, true);

    function isRight(text) {
      var parts = text.split("/");
      var value = Number(parts[0]) / Number(parts[1] || 1);
      return data.answers.some(function (answer) {
        return answer.correct && answer.range && answer.range[0] <= value && value <= answer.range[1];
      });
    }

    function submit() {
      var meant = numbersIn(input.value);
      var text = meant.filter(isRight)[0] || meant[0];
      if (!text) {
        feedback.className = "Feedback";
        feedback.style.display = "block";
        feedback.textContent = "Type a number, such as 0.25, 1/4 or 2.5e-1.";
        return;
      }
      input.value = text;
      check.call(input, { which: 13, keyCode: 13 });
      keep(item, text, feedback.classList.contains("correct"));
    }

    onReplay(item, feedback, function (given) {
      input.value = String(given);
      submit();
    });
    input.onkeypress = function (event) {
      if (event.key !== "Enter") return true;
      event.preventDefault();
      submit();
      return false;
    };
    var button = document.createElement("button");
    button.type = "button";
    button.className = "dlb-quiz-check";
    button.textContent = "Check";
    button.addEventListener("click", submit);
    answers.appendChild(button);
    answers.classList.add("dlb-quiz-number");
  }

  function start(quiz) {
    quiz.dataset.ready = "true";
    var questions = JSON.parse(quiz.querySelector(".dlb-quiz-data").textContent);
    var host = document.createElement("div");
    host.id = "dlb-quiz-" + ++count;
    host.dataset.shufflequestions = host.dataset.shuffleanswers = "False";
    host.dataset.preserveresponses = "false";
    quiz.appendChild(host);
    window.dlbQuizEngine(questions, host);
    var list = document.createElement("ol");
    list.className = "dlb-quiz-list";
    each(host, ".Quiz", function (wrapper, index) {
      var data = questions[index];
      var item = document.createElement("li");
      var question = wrapper.querySelector("[id^=quizQn]");
      var answers = wrapper.querySelector(".Answer");
      var feedback = wrapper.querySelector(".Feedback");
      item.id = wrapper.id + "-item";
      item.dataset.key = data.key;
      wrapper.style.maxWidth = "";
      answers.style.display = "";
      feedback.setAttribute("role", "status");
      if (data.type === "numeric") mendNumber(item, data, question, answers, feedback);
      else mendChoice(item, data, question, answers, feedback, data.type === "many_choice");
      item.appendChild(wrapper);
      list.appendChild(item);
    });
    host.appendChild(list);
    each(quiz, ".dlb-quiz-plain", function (plain) { plain.remove(); });
    typeset([host]);
    var store = quiz.querySelector(".dlb-quiz-math");
    if (store && window.MutationObserver) {
      new MutationObserver(function () { typeset([host]); }).observe(store, { childList: true, subtree: true });
    }
  }

  function startAll(tries) {
    var found = document.querySelectorAll(".dlb-quiz:not([data-ready])");
    Array.prototype.forEach.call(found, start);
    // A notebook runs the script before it shows the output.
    if (!found.length && tries > 0) setTimeout(startAll, 100, tries - 1);
  }

  window.dlbQuiz = { typeset: typeset };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", function () { startAll(0); });
  else startAll(50);
})();
