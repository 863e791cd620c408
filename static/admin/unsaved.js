// Keeps what was typed into a movie's form: leaving it asks, the browser keeps a draft and offers it
// again, a text that is too long says so instead of being cut, Ctrl+S saves, and a second click on
// Save does nothing. Without this script the server tells of a repeated form and of long texts.
"use strict";

const form = document.querySelector("[data-movie-form]");
const saved = document.querySelector("[data-done]");

const drafts = (() => {
  const SUBMITTED = "mozi.submitted";
  const LIFE_MS = 7 * 24 * 3600 * 1000;
  const prefix = `mozi.draft.${form.dataset.draft}.`;
  const own = prefix + form.form_key.value;

  // Storage may be forbidden or full: then there is no draft.
  const attempt = (task) => {
    try {
      return task();
    } catch {
      return null;
    }
  };
  const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
  const drop = (key) => attempt(() => localStorage.removeItem(key));
  const keys = () => attempt(() => Object.keys(localStorage)) ?? [];

  // The form that was sent last is saved if the page says so; the server keeps no key.
  const submitted = attempt(() => sessionStorage.getItem(SUBMITTED));
  if (submitted && saved) drop(submitted);
  attempt(() => sessionStorage.removeItem(SUBMITTED));
  for (const key of keys()) {
    if (key.startsWith("mozi.draft.") && !(Date.now() - read(key)?.at < LIFE_MS)) drop(key);
    if (key.endsWith(`.${form.form_key.value}`) && key !== own) drop(key); // the new movie is a known one
  }

  return {
    drop,
    keep: (draft) => attempt(() => localStorage.setItem(own, JSON.stringify(draft))),
    dropOwn: () => drop(own),
    note: () => attempt(() => sessionStorage.setItem(SUBMITTED, own)),
    // Returns the key and the content of the latest draft of this movie that another page kept.
    latest: () =>
      keys()
        .filter((key) => key.startsWith(prefix) && key !== own)
        .map((key) => [key, read(key)])
        .sort(([, a], [, b]) => b.at - a.at)[0],
  };
})();

// What differs from the page as it came.
const SKIPPED = ["file", "hidden", "radio", "submit", "button", "fieldset"];
const kept = form.elements.poster_kept;
const keptBefore = kept?.value;
const fields = () => [...form.elements].filter((each) => each.name && !SKIPPED.includes(each.type));
const isChanged = (field) => {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return field.value !== first(field);
  return field.value !== field.defaultValue;
};
const first = (select) => ([...select.options].find((each) => each.defaultSelected) ?? select.options[0])?.value;
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);
const changedFields = () => fields().filter((each) => "unsaved" in form.dataset || isChanged(each));
const isUnsaved = () =>
  changedFields().length > 0 || form.poster_file.files.length > 0 || kept?.value !== keptBefore;

const FILE_LIFE_MS = 11 * 3600 * 1000; // the server keeps an unused file for twelve hours
let timer;
const keepDraft = () => {
  clearTimeout(timer);
  if (!isUnsaved()) return drafts.dropOwn();
  const typed = Object.fromEntries(changedFields().map((each) => [each.name, valueOf(each)]));
  return drafts.keep({ at: Date.now(), typed, shown: form.elements.shown?.value, kept: kept?.value });
};
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(keepDraft, 300);
});
addEventListener("pagehide", () => {
  if (!sending && isUnsaved()) keepDraft();
});

// The offer of a draft.
const offer = document.querySelector("[data-draft-offer]");
const showOffer = () => {
  const [key, draft] = drafts.latest() ?? [];
  offer.hidden = !key;
  if (!key) return;
  const when = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  offer.querySelector("[data-draft-when]").textContent = draft.typed.title ? `${draft.typed.title}, ${when}` : when;
  offer.dataset.key = key;
};
const takeDraft = (draft) => {
  for (const [name, value] of Object.entries(draft.typed)) {
    const field = form.elements[name];
    if (!field?.form) continue; // the form has no such field any more
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
    const fold = field.closest("details");
    if (fold) fold.open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (draft.shown && form.elements.shown) form.elements.shown.value = draft.shown; // so that the server finds conflicts
  if (draft.kept && kept && Date.now() - draft.at < FILE_LIFE_MS) {
    kept.value = draft.kept;
    kept.dispatchEvent(new Event("input", { bubbles: true }));
  }
};
offer.addEventListener("click", (event) => {
  const { key } = offer.dataset;
  if (event.target.closest("[data-draft-take]")) takeDraft(drafts.latest()[1]);
  else if (!event.target.closest("[data-draft-drop]")) return;
  drafts.drop(key);
  keepDraft();
  showOffer();
  form.elements.title.focus();
});

// A text that is longer than its field: said at once, and Save points at it.
for (const field of form.querySelectorAll("[data-most]")) {
  const note = document.createElement("p");
  note.className = "field__fault";
  note.setAttribute("role", "status");
  field.closest(".field").append(note);
  const measure = () => {
    const length = [...field.value].length;
    const text = length > field.dataset.most
      ? form.dataset.tooLong.replace("{length}", length).replace("{most}", field.dataset.most) : "";
    note.textContent = text;
    field.setCustomValidity(text);
  };
  field.addEventListener("input", measure);
  measure();
}

// Saving, once.
let sending = false;
const label = form.querySelector(".editor__save .button");
const words = label.textContent;
const setSending = (now, text = words) => {
  sending = now;
  label.textContent = text;
  form.querySelector(".editor__save").toggleAttribute("aria-busy", now);
};
form.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // session.js looks at the session first
  if (sending) {
    event.preventDefault();
    return;
  }
  keepDraft();
  setSending(true, event.submitter?.formNoValidate ? words : form.dataset.saving);
  if (form.matches(":has([data-uploading])")) {
    event.preventDefault();
    form.addEventListener("poster-sent", () => {
      setSending(false);
      form.requestSubmit(event.submitter);
    }, { once: true });
    return;
  }
  drafts.note();
});
addEventListener("pageshow", () => setSending(false)); // "Back" may show the page as it was left
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  if (!event.repeat) form.requestSubmit(label);
});
addEventListener("beforeunload", (event) => {
  if (!sending && isUnsaved()) event.preventDefault();
});

if ("unsaved" in form.dataset) keepDraft();
showOffer();
