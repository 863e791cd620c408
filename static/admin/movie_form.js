// The movie's form: shows possible duplicates while a title or a date is typed, and turns commas in
// lists into semicolons; offers TMDB's films. Without this script the form warns when it is saved,
// the hints name the separator, and a button looks the title up.
"use strict";

const hint = document.querySelector("[data-duplicates]");
if (hint) {
  const PAUSE_MS = 300;
  const inputs = ["title", "premiere_date", "original_title"].map((name) => document.querySelector(`input[name$="${name}"]`));
  let timer;
  let asking = new AbortController();

  const line = (duplicate) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = duplicate.url;
    link.target = "_blank";
    link.textContent = duplicate.title;
    item.append(link, `, ${duplicate.date}`);
    return item;
  };

  const show = (duplicates) => {
    hint.replaceChildren();
    if (!duplicates.length) return;
    const notice = document.createElement("div");
    notice.className = "notice";
    const lead = document.createElement("p");
    lead.textContent = hint.dataset.words;
    const list = document.createElement("ul");
    list.className = "duplicates";
    list.append(...duplicates.map(line));
    notice.append(lead, list);
    hint.append(notice);
  };

  const ask = async () => {
    asking = new AbortController();
    const { signal } = asking;
    const address = new URL(hint.dataset.duplicates, location.href);
    for (const input of inputs) address.searchParams.set(input.name.split("-").pop(), input.value);
    try {
      const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
      const { duplicates } = answer.ok ? await answer.json() : { duplicates: [] };
      if (!signal.aborted) show(duplicates);
    } catch {
      if (!signal.aborted) show([]);
    }
  };

  for (const input of inputs) {
    input.addEventListener("input", () => {
      clearTimeout(timer);
      asking.abort();
      timer = setTimeout(ask, PAUSE_MS);
    });
  }
}

// A new movie's title is looked up in TMDB while it is typed. The films are buttons of the form.
const lookUp = document.querySelector("[data-look-up]");
if (lookUp) {
  const PAUSE_MS = 600;
  const SHORTEST = 3;
  const title = document.querySelector("#title");
  const films = lookUp.querySelector("[data-films]");
  let timer;
  let asking = new AbortController();
  lookUp.querySelector("[value=look_up]").hidden = true;

  const ask = async () => {
    asking = new AbortController();
    const { signal } = asking;
    const address = new URL(lookUp.dataset.lookUp, location.href);
    address.searchParams.set("title", title.value.trim());
    try {
      const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
      const { html } = await answer.json();
      if (!signal.aborted) films.innerHTML = html;
    } catch {
      if (!signal.aborted) films.replaceChildren(); // the session has ended, or the network is away
    }
  };

  title.addEventListener("input", () => {
    clearTimeout(timer);
    asking.abort();
    if (title.value.trim().length < SHORTEST) films.replaceChildren();
    else timer = setTimeout(ask, PAUSE_MS);
  });

  // The arrows go from the title into the list and through it; Escape closes it.
  const choices = () => [title, ...films.querySelectorAll(".found__film")];
  const step = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && choices().length > 1) {
      event.preventDefault();
      const all = choices();
      all[Math.min(Math.max(all.indexOf(document.activeElement) + by, 0), all.length - 1)].focus();
    } else if (event.key === "Escape" && films.hasChildNodes()) {
      films.replaceChildren();
      title.focus();
    }
  };
  title.addEventListener("keydown", step);
  films.addEventListener("keydown", step);
}

// Commas in lists become semicolons; a button undoes it for names with a comma.
for (const input of document.querySelectorAll("[data-list]")) {
  const words = input.form.dataset;
  const note = document.createElement("p");
  const sentence = document.createElement("span");
  const back = document.createElement("button");
  let before = "";
  note.className = "hidden";
  sentence.setAttribute("role", "status");
  Object.assign(back, { className: "link", type: "button", textContent: words.commasBack, hidden: true });
  note.append(sentence, " ", back);
  input.closest(".field").append(note);
  const showNote = (text) => {
    sentence.textContent = text;
    note.className = text ? "field__hint" : "hidden"; // hidden, but present, so that screen readers read changes
    back.hidden = !text;
  };
  input.addEventListener("change", () => {
    showNote("");
    if (input.value === before || !input.value.includes(",") || input.value.includes(";")) return;
    before = input.value;
    input.value = before.split(",").map((item) => item.trim()).filter(Boolean).join("; ");
    showNote(words.commas);
  });
  back.addEventListener("click", () => {
    input.value = before;
    showNote("");
    input.focus();
  });
}

// Taking a premiere away asks first.
for (const box of document.querySelectorAll("[data-question]")) {
  box.addEventListener("change", () => {
    if (box.checked && !confirm(box.dataset.question)) box.checked = false;
  });
}
