// Suggests what other films have while a field is typed: of a list, for its last part. The browser
// shows the choices of a <datalist>. Without this script one types as before.
"use strict";

{
  const address = document.currentScript.dataset.address.replace(/genres$/, "");
  const form = document.querySelector("[data-movie-form]");
  const WAIT_MS = 150;

  const suggest = async (field, list, signal) => {
    const [, before, typed] = field.value.match(/^(.*;\s*)?(.*)$/s);
    if (typed.trim().length < 2) return list.replaceChildren();
    const answer = await fetch(address + field.name + "?q=" + encodeURIComponent(typed), { signal });
    if (!answer.ok) return;
    const values = await answer.json();
    list.replaceChildren(
      ...values
        .filter((value) => value !== typed)
        .map((value) => Object.assign(document.createElement("option"), { value: (before ?? "") + value })),
    );
  };

  for (const name of ["genres", "distributor", "country", "original_language", "director", "cast"]) {
    const field = form.elements[name];
    const list = document.createElement("datalist");
    list.id = name + "-suggested";
    field.after(list);
    field.setAttribute("list", list.id);
    field.autocomplete = "off";
    let timer, asked;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      asked?.abort();
      asked = new AbortController();
      timer = setTimeout(() => suggest(field, list, asked.signal).catch(() => {}), WAIT_MS);
    });
  }
}
