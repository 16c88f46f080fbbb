/* A session that ends takes nothing away from what was being written.

   A page left open asks, when one comes back to it, who is signed in; it says so when nobody is, and takes the new
   token once somebody is again. What an ordinary form sends is kept in this tab until the next page: sign-in, or
   an error, in between, and the form is filled again. */
(function () {
  "use strict";

  var KEY = "draft";
  var person = document.body.getAttribute("data-person") || "";
  var refused = null; // the HTMX form whose last request was not answered as expected
  var wasOver = false;

  function tell(name) {
    document.querySelectorAll("[data-notice]").forEach(function (notice) {
      notice.hidden = notice.getAttribute("data-notice") !== name;
    });
  }

  function takeToken(token) {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach(function (field) {
      field.value = token;
    });
  }

  function sendAgain() {
    var form = refused;
    refused = null;
    if (form && form.isConnected && form.matches("form[hx-post]")) window.htmx.trigger(form, "submit");
  }

  // Ask who is signed in; `retry` sends again what was refused.
  function ask(retry) {
    fetch(document.body.getAttribute("data-session"), { credentials: "same-origin", cache: "no-store" })
      .then(function (response) { return response.ok ? response.json() : Promise.reject(); })
      .then(function (state) {
        if (!state.person) {
          wasOver = true;
          tell("over");
        } else if (state.person !== person) {
          tell("other");
        } else {
          takeToken(state.token);
          if (wasOver) tell("back");
          else if (!refused) tell("");
          wasOver = false;
          if (retry) sendAgain();
        }
      })
      .catch(function () { tell("failed"); });
  }

  // Lists and menus have nothing to lose: only pages on which one writes ask.
  function isWritten() {
    return document.querySelector("form[data-guard], form[hx-post]") !== null;
  }

  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible" && person && isWritten()) ask(true);
  });

  document.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    refused = event.detail.elt;
    if (status === 401) {
      wasOver = true;
      tell("over");
    } else if (status === 403 && !refused.hasAttribute("data-retried")) {
      refused.setAttribute("data-retried", ""); // a token of before the last sign-in: once with the new one
      ask(true);
    } else {
      tell("failed");
    }
  });
  document.addEventListener("htmx:sendError", function (event) {
    refused = event.detail.elt;
    tell("failed");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!event.detail.successful) return;
    event.detail.elt.removeAttribute("data-retried");
    refused = null;
    if (!wasOver) tell("");
  });

  // The draft of a form sent the ordinary way.
  function isKept(field) {
    return field.name && field.name !== "csrfmiddlewaretoken" && !/^(password|file|submit|button)$/.test(field.type);
  }

  function isTicked(field) {
    return field.type === "checkbox" || field.type === "radio";
  }

  function page() {
    return location.pathname + location.search;
  }

  function store(draft) {
    try {
      if (draft) sessionStorage.setItem(KEY, JSON.stringify(draft));
      else sessionStorage.removeItem(KEY);
    } catch (error) { /* storage is full or forbidden: the form is sent all the same */ }
  }

  function stored() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch (error) {
      return null;
    }
  }

  function valueOf(field) {
    if (isTicked(field)) return field.checked;
    if (field.multiple) return Array.from(field.selectedOptions, function (option) { return option.value; });
    return field.value;
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || !person || form.method !== "post" || form.hasAttribute("hx-post")) return;
    var fields = Array.from(form.elements).filter(isKept);
    store({
      person: person,
      page: page(),
      action: form.getAttribute("action") || "",
      fields: fields.map(function (field) {
        return { name: field.name, ticked: isTicked(field) ? field.value : null, value: valueOf(field) };
      })
    });
  });

  function fill(form, kept) {
    var seen = {};
    kept.forEach(function (item) {
      var same = Array.from(form.elements).filter(function (field) {
        return isKept(field) && field.name === item.name && (item.ticked === null || field.value === item.ticked);
      });
      var rank = item.ticked === null ? seen[item.name] || 0 : 0;
      var field = same[rank];
      seen[item.name] = rank + 1;
      if (!field) return;
      if (isTicked(field)) field.checked = item.value;
      else if (field.multiple) Array.from(field.options).forEach(function (option) { option.selected = item.value.includes(option.value); });
      else field.value = item.value;
      if (field.type !== "hidden") field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  function restore(draft) {
    var form = Array.from(document.forms).find(function (candidate) {
      return candidate.method === "post" && (candidate.getAttribute("action") || "") === draft.action;
    });
    if (!form) return;
    fill(form, draft.fields);
    tell("restored");
  }

  // On the page after a form was sent: sign-in and errors keep the draft, its own page takes it back.
  function receive() {
    var draft = stored();
    if (!draft) return;
    if (!person || document.querySelector("meta[name=draft]")) {
      draft.isInterrupted = true;
      store(draft);
    } else if (!draft.isInterrupted || draft.person !== person) {
      store(null);
    } else if (draft.page === page()) {
      store(null);
      restore(draft);
    }
  }
  receive();
})();
