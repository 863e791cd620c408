// Passkeys: makes one on the account's page, and signs in by one. The forms are hidden where the
// browser knows no passkeys, or the page is not served securely; the password always works.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// Older browsers lack PublicKeyCredential.parseCreationOptionsFromJSON and toJSON.
const fromJson = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.excludeCredentials && {
    excludeCredentials: options.excludeCredentials.map((each) => ({ ...each, id: bytes(each.id) })),
  }),
});
const toJson = ({ id, rawId, type, response }) => {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = names.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(given) });
};

const post = async (address, form, fields) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const headers = { Accept: "application/json", "X-CSRFToken": form.csrf_token.value };
  const answer = await fetch(address, { method: "POST", headers, body });
  return answer.json();
};

const run = async (form) => {
  const { options, answer } = form.dataset;
  const isNew = form.dataset.passkey === "add";
  const asked = await post(options, form, isNew ? { current_password: form.passkey_password.value } : {});
  if (asked.fault) return asked;
  const publicKey = fromJson(asked);
  const credential = await navigator.credentials[isNew ? "create" : "get"]({ publicKey });
  return post(answer, form, { credential: toJson(credential) });
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  const fault = form.querySelector("[data-fault]");
  const button = form.querySelector("button");
  form.hidden = !window.PublicKeyCredential;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = fault.hidden = true;
    let done = {};
    try {
      done = await run(form);
    } catch {
      // Given up, no passkey here, or no network.
    }
    button.disabled = false;
    if (done.next) location.assign(done.next);
    else [fault.textContent, fault.hidden] = [done.fault ?? form.dataset.failed, false];
  });
}
