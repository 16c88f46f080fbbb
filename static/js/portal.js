/* Small comforts; every page reads and submits without them. */
(function () {
  "use strict";

  // Menus close when one clicks elsewhere or presses Escape.
  function openMenus() {
    return document.querySelectorAll("details[data-dismiss][open]");
  }
  document.addEventListener("click", function (event) {
    openMenus().forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    openMenus().forEach(function (menu) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    });
  });

  // A question before what cannot be undone, and one submission per click.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var question = form.getAttribute("data-confirm");
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (form.hasAttribute("data-sent")) event.preventDefault();
      form.setAttribute("data-sent", "");
    }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      form.removeAttribute("data-sent");
    });
  });

  // What was typed is not lost by leaving.
  var guarded = new Set();
  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-guard")) guarded.add(form);
  });
  window.addEventListener("beforeunload", function (event) {
    guarded.forEach(function (form) {
      if (form.isConnected && !form.hasAttribute("data-sent")) event.preventDefault();
    });
  });

  // Copying an address or a code, printing: buttons that only show where they work.
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-print]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        var source = document.querySelector(button.getAttribute("data-copy")); // replaced since the page opened, maybe
        if (source.select) source.select();
        navigator.clipboard.writeText(source.value || source.textContent.trim()).then(function () {
          button.textContent = button.getAttribute("data-copied");
        });
      });
    });
  });

  // A paper cannot be unfolded: what a fold hides on the screen is printed all the same.
  function folds() { return document.querySelectorAll("details[data-print-open]:not([open]), details[data-unfolded]"); }
  window.addEventListener("beforeprint", function () {
    folds().forEach(function (fold) { fold.open = true; fold.setAttribute("data-unfolded", ""); });
  });
  window.addEventListener("afterprint", function () {
    folds().forEach(function (fold) { fold.open = false; fold.removeAttribute("data-unfolded"); });
  });

  // The error summary is what a reader hears first.
  document.addEventListener("DOMContentLoaded", function () {
    var summary = document.querySelector("[data-focus]");
    if (summary) summary.focus();
  });
})();
