/* Passkeys: the device answers a challenge of the portal, and its answer goes with an ordinary form.
   Nothing is shown where the browser cannot: the page then says to give a code. */
(function () {
  "use strict";

  var REFUSED = {
    NotAllowedError: "La clé d’accès n’a pas répondu, ou vous avez annulé. Vous pouvez recommencer.",
    InvalidStateError: "Cet appareil a déjà une clé d’accès pour votre compte.",
    SecurityError: "L’adresse de cette page ne permet pas les clés d’accès.",
  };
  var FAILED = "La demande n’a pas abouti. Rechargez la page, puis recommencez.";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  function written(buffer) {
    if (!buffer) return null;
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  // What the portal wrote as JSON, with the bytes that the browser wants.
  function read(options) {
    var key = options.publicKey;
    key.challenge = bytes(key.challenge);
    if (key.user) key.user.id = bytes(key.user.id);
    (key.allowCredentials || []).concat(key.excludeCredentials || []).forEach(function (known) {
      known.id = bytes(known.id);
    });
    return options;
  }

  function spoken(credential) {
    var response = credential.response;
    var answer = { clientDataJSON: written(response.clientDataJSON) };
    if (response.attestationObject) {
      answer.attestationObject = written(response.attestationObject);
      answer.transports = response.getTransports ? response.getTransports() : [];
    } else {
      answer.authenticatorData = written(response.authenticatorData);
      answer.signature = written(response.signature);
      answer.userHandle = written(response.userHandle);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: written(credential.rawId),
      type: credential.type,
      response: answer,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  async function optionsFor(area, form) {
    if (area.dataset.options) return JSON.parse(document.getElementById(area.dataset.options).textContent);
    var response = await fetch(area.dataset.challenge, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "HX-Request": "true" },
    });
    if (!response.ok) throw new Error(response.status);
    return response.json();
  }

  async function answer(area, button, told) {
    var form = button.form;
    button.disabled = true;
    told.hidden = false;
    told.textContent = "Répondez à la demande de votre appareil.";
    try {
      var options = read(await optionsFor(area, form));
      var credential = await navigator.credentials[area.dataset.passkey](options);
      document.getElementById(area.dataset.field).value = spoken(credential);
      form.requestSubmit();
    } catch (error) {
      told.textContent = REFUSED[error.name] || FAILED;
      button.disabled = false;
      button.focus();
    }
  }

  document.querySelectorAll("[data-passkey]").forEach(function (area) {
    var button = area.querySelector("button");
    if (!window.PublicKeyCredential || !window.isSecureContext) {
      area.querySelector("[data-unable]").hidden = false;
      return;
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      answer(area, button, area.querySelector(".passkey-answer"));
    });
    window.addEventListener("pageshow", function () { button.disabled = false; });
  });
})();
