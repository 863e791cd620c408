// Results while the visitor types: the script fetches the page of results. The page of the search
// replaces its own results; elsewhere the first of them are suggested under the masthead's field.
// Without this script the form is sent as usual.
const form = document.querySelector("[data-search]");
const field = form.elements.q;
const results = document.querySelector("#talalatok");
const status = form.parentElement.querySelector("[data-count]");
const list = form.querySelector("[role=listbox]");
const PAUSE_MS = 200;
const SUGGESTED = 7;
let timer, asked = field.defaultValue.trim(), running; // what the page answers already

async function search() {
  const query = field.value.trim();
  if (query === asked) return;
  asked = query;
  running?.abort();
  running = new AbortController();
  const address = `${form.getAttribute("action")}${query ? `?${new URLSearchParams({ q: query })}` : ""}`;
  try {
    const answer = await fetch(address, { signal: running.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    status.textContent = query || results ? page.querySelector("[data-count]").textContent : "";
    if (list) suggest(query && form.contains(document.activeElement) ? page : null);
    else show(page, address);
  } catch (error) {
    if (error.name === "AbortError") return;
    asked = null; // the network failed: the next input tries again
    showOffline({ said: form.dataset.offline });
    if (list) suggest(null);
  }
}

function show(page, address) {
  results.replaceChildren(...page.querySelector("#talalatok").childNodes);
  document.dispatchEvent(new Event("cards"));
  document.title = page.title;
  history.replaceState(null, "", address);
}

function suggest(page) {
  const cards = [...(page?.querySelectorAll("#talalatok .card") ?? [])].slice(0, SUGGESTED);
  list.replaceChildren(...cards.map(option));
  list.hidden = !cards.length;
  field.setAttribute("aria-expanded", !list.hidden);
  field.removeAttribute("aria-activedescendant");
}

function option(card, number) {
  const link = document.createElement("a");
  link.href = card.querySelector("a").getAttribute("href");
  link.id = `talalat-${number}`;
  link.setAttribute("role", "option");
  link.tabIndex = -1;
  for (const part of [".card__title", ".card__why", ".card__date"]) {
    const text = card.querySelector(part)?.textContent.trim();
    if (text) link.appendChild(document.createElement(link.firstChild ? "span" : "b")).textContent = text;
  }
  return link;
}

function move(step) {
  const options = [...list.children];
  const at = options.findIndex((each) => each.ariaSelected === "true");
  const next = options[(at + step + options.length + (at < 0 && step < 0)) % options.length];
  for (const each of options) each.setAttribute("aria-selected", each === next);
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  if (list.hidden) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const chosen = list.querySelector("[aria-selected=true]");
  if (step) move(step);
  else if (event.key === "Escape") suggest(null);
  else if (event.key === "Enter" && chosen) chosen.click();
  else return;
  event.preventDefault();
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE_MS);
});
if (list) {
  field.addEventListener("keydown", onKey);
  form.addEventListener("focusout", ({ relatedTarget }) => form.contains(relatedTarget) || suggest(null));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
}
search(); // the visitor may have typed before this script came
