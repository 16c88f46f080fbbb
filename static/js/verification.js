/* The fingerprint of a file is computed here, and it alone is sent; the file leaves only if its owner asks.
   Without SubtleCrypto (an old browser, an address without TLS) the form sends the file, and says so. */
(function () {
  "use strict";

  var form = document.getElementById("verify-file");
  var answer = document.getElementById("answer");
  if (!form || !window.crypto || !window.crypto.subtle || !window.fetch) return;
  var field = form.querySelector("input[type=file]");
  var drop = form.querySelector("[data-drop]");
  var asked = 0; // the last file wins

  form.querySelector("[data-without-script]").hidden = true;
  form.querySelectorAll("[data-with-script]").forEach(function (part) { part.hidden = false; });
  drop.classList.add("is-live");

  function tell(html, file) {
    answer.innerHTML = html;
    if (file.size > form.dataset.most) { // refused once it has been sent: said before
      answer.querySelectorAll("[data-light-enough]").forEach(function (part) { part.hidden = true; });
      answer.querySelectorAll("[data-too-heavy]").forEach(function (part) { part.hidden = false; });
    }
    var title = answer.querySelector("[data-focus]");
    if (title) title.focus();
  }

  function say(sentence) {
    var line = document.createElement("p");
    line.className = "verdict verdict-off";
    line.textContent = sentence;
    answer.replaceChildren(line);
  }

  function hexadecimal(buffer) {
    return Array.from(new Uint8Array(buffer), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }

  async function ask(file) {
    var turn = ++asked;
    say("Calcul de l’empreinte de « " + file.name + " »…");
    try {
      var digest = hexadecimal(await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      var response = await fetch(form.dataset.digest.replace(/0{64}/, digest), { headers: { "HX-Request": "true" } });
      var html = await response.text();
      if (turn !== asked) return;
      if (response.ok || response.status === 429) tell(html, file);
      else throw new Error(response.status);
    } catch (error) {
      if (turn === asked) say("La vérification n’a pas abouti. Vérifiez votre connexion à internet, puis recommencez.");
    }
  }

  field.addEventListener("change", function () {
    if (field.files.length) ask(field.files[0]);
  });
  ["dragenter", "dragover"].forEach(function (name) {
    drop.addEventListener(name, function (event) {
      event.preventDefault();
      drop.classList.add("is-over");
    });
  });
  ["dragleave", "drop"].forEach(function (name) {
    drop.addEventListener(name, function () { drop.classList.remove("is-over"); });
  });
  drop.addEventListener("drop", function (event) {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    ask(field.files[0]);
  });
})();
