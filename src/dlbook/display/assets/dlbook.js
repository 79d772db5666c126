/* The controls of explorable figures. Plain script: works deferred in a page, inlined in a notebook's output,
   from a web server and from a file. Running it again only picks up figures it has not seen. */
(function () {
  "use strict";

  var api = window.dlbookExplorables;
  if (api && typeof api.start === "function") {
    api.start(document);
    return;
  }

  /* A place where a picture is shown: the first one stays; another one lies on top of it and is transparent where
     nothing differs. */
  function stage(image) {
    var layer = image.cloneNode();
    layer.alt = "";
    layer.removeAttribute("src");
    return function (number, url) {
      if (number === 0) {
        layer.remove();
        layer.removeAttribute("src"); // or the next one would begin with the last
        return;
      }
      if (layer.getAttribute("src") !== url) layer.src = url;
      if (!layer.isConnected) image.after(layer);
    };
  }

  /* Copies that show one panel each; the style sheet shows them below each other where the whole is too wide. */
  function panelsOf(image, ends) {
    return ends.map(function (end) {
      var panel = document.createElement("div");
      var copy = image.cloneNode();
      copy.alt = "";
      copy.removeAttribute("style");
      panel.className = "dlb-panel";
      panel.style.setProperty("--dlb-from", end[0]);
      panel.style.setProperty("--dlb-share", end[1] - end[0]);
      panel.style.aspectRatio = (end[1] - end[0]) * image.getAttribute("width") + " / " + image.getAttribute("height");
      panel.append(copy);
      image.parentNode.append(panel);
      return copy;
    });
  }

  /* Show one frame: picture and alternative text change together. */
  function shower(root, data) {
    var image = root.querySelector(".dlb-picture img");
    var copies = data.panels && data.panels.length ? panelsOf(image, data.panels) : [];
    var stages = [image].concat(copies).map(stage);
    if (copies.length) image.parentNode.classList.add("dlb-stacks");
    return function (k) {
      var frame = data.frames[k];
      image.alt = frame.alt;
      stages.forEach(function (show) {
        show(frame.picture, data.pictures[frame.picture]);
      });
    };
  }

  /* Tell screen readers what came out of a change, once the reader stops: of the new text the sentences that are not
     in the one before. */
  function speaker(root, heard) {
    var region = document.createElement("p");
    var timer = null;
    region.className = "dlb-unseen";
    region.setAttribute("role", "status");
    root.append(region);

    function sentences(text) {
      return text.replace(/([.!?])\s+/g, "$1\n").split("\n");
    }

    return function (text) {
      window.clearTimeout(timer);
      timer = window.setTimeout(function () {
        var known = sentences(heard);
        var news = sentences(text).filter(function (sentence) {
          return known.indexOf(sentence) < 0;
        });
        heard = text;
        if (news.length) region.textContent = news.join(" ");
      }, 600);
    };
  }

  /* Fetch the other pictures once the reader reaches for the controls. */
  function preloadOnUse(controls, data) {
    var signs = ["pointerenter", "pointerdown", "focusin"];
    var fetched = [];
    function load() {
      signs.forEach(function (sign) {
        controls.removeEventListener(sign, load);
      });
      data.pictures.forEach(function (url) {
        var image = new Image();
        image.src = url;
        fetched.push(image);
      });
    }
    signs.forEach(function (sign) {
      controls.addEventListener(sign, load);
    });
  }

  function explore(root, data) {
    var controls = Array.prototype.slice.call(root.querySelectorAll("[data-dlb-control]"));
    var show = shower(root, data);
    var say = speaker(root, data.frames[0].alt);

    function position(control) {
      if (control.type === "checkbox") {
        var on = Number(control.dataset.dlbOn);
        return control.checked ? on : 1 - on;
      }
      return Number(control.value);
    }

    function update() {
      var k = 0;
      controls.forEach(function (control, c) {
        var at = position(control);
        k = k * data.controls[c].length + at;
        if (control.type === "range") {
          var text = data.controls[c][at];
          control.setAttribute("aria-valuetext", text);
          control.parentNode.querySelector("output").textContent = text;
        }
      });
      show(k);
      say(data.frames[k].alt);
    }

    root.addEventListener("input", update);
    root.addEventListener("change", update);
    update();
  }

  function animate(root, data) {
    var last = data.frames.length - 1;
    var slider = root.querySelector("[data-dlb-position]");
    var output = root.querySelector("output");
    var caption = root.querySelector("[data-dlb-caption]");
    var buttons = {};
    var timer = null;
    var show = shower(root, data);
    var say = speaker(root, told(0));

    function told(k) {
      return data.frames[k].caption || data.frames[k].alt;
    }

    root.querySelectorAll("[data-dlb-action]").forEach(function (button) {
      buttons[button.dataset.dlbAction] = button;
    });

    function go(k) {
      k = Math.min(Math.max(k, 0), last);
      var text = k + 1 + " of " + (last + 1);
      slider.value = k;
      slider.setAttribute("aria-valuetext", text);
      output.textContent = text;
      if (caption && caption.textContent !== data.frames[k].caption) {
        caption.textContent = data.frames[k].caption;
      }
      buttons.back.setAttribute("aria-disabled", String(k === 0));
      buttons.forward.setAttribute("aria-disabled", String(k === last));
      show(k);
      if (timer === null) say(told(k));
    }

    function at() {
      return Number(slider.value);
    }

    function pause() {
      if (timer !== null) window.clearInterval(timer);
      timer = null;
      root.classList.remove("dlb-playing");
      buttons.play.setAttribute("aria-label", "Play");
      say(told(at()));
    }

    function tick() {
      if (!root.isConnected) return pause();
      go(at() + 1);
      if (at() === last) pause();
    }

    function play() {
      root.classList.add("dlb-playing");
      buttons.play.setAttribute("aria-label", "Pause");
      if (at() === last) go(0);
      timer = window.setInterval(tick, 1000 * data.seconds);
    }

    buttons.play.addEventListener("click", function () {
      if (timer === null) play();
      else pause();
    });
    buttons.back.addEventListener("click", function () {
      pause();
      go(at() - 1);
    });
    buttons.forward.addEventListener("click", function () {
      pause();
      go(at() + 1);
    });
    slider.addEventListener("input", function () {
      pause();
      go(at());
    });
    document.addEventListener("visibilitychange", function () {
      if (document.hidden) pause();
    });
    go(at());
  }

  var kinds = { explore: explore, animate: animate };

  function setUp(root) {
    if (root.dlbookStarted) return;
    var script = root.querySelector('script[type="application/json"]');
    if (!script) return;
    root.dlbookStarted = true;
    var data = JSON.parse(script.textContent);
    kinds[root.dataset.dlb](root, data);
    var controls = root.querySelector("fieldset");
    preloadOnUse(controls, data);
    controls.querySelectorAll("input, select, button").forEach(function (control) {
      control.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab would take the arrow keys
    });
    controls.disabled = false;
  }

  function start(within) {
    within.querySelectorAll('[data-dlb="explore"], [data-dlb="animate"]').forEach(setUp);
  }

  window.dlbookExplorables = { start: start };
  start(document);
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", function () {
      start(document);
    });
  }
})();
