// What pages do besides being read. Everything works without this file.

// Theme: as the system has it, light, dark, and round again.
const root = document.documentElement;
const themes = ["auto", "light", "dark"];

function showTheme(button) {
  const theme = root.dataset.theme || "auto";
  button.title = button.dataset[theme];
  button.setAttribute("aria-label", button.dataset[theme]);
}

for (const button of document.querySelectorAll(".theme")) {
  button.hidden = false;
  showTheme(button);
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % themes.length];
    try {
      if (next === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", next);
    } catch {} // it lasts for this page then
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    showTheme(button);
  });
}

// Share: the system's own way, or the address onto the clipboard.
for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !(navigator.share || navigator.clipboard);
  button.addEventListener("click", async () => {
    const url = button.dataset.share;
    try {
      if (navigator.share) await navigator.share({ title: document.title, url });
      else {
        await navigator.clipboard.writeText(url);
        button.querySelector("span").textContent = button.dataset.done;
      }
    } catch {} // changed their mind
  });
}

// Filters: what is not chosen stays out of the address.
for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  });
}

// Pictures. While a poster cannot be had, its route answers 503 with a drawing in its place, which
// a browser shows as any picture. So whoever got one asks again when the answer said, three times,
// and then shows the title instead.
const TRIES = 3;
const LONGEST_S = 60; // a source that is left alone for longer will not come while somebody looks

function showTitle(img) {
  const title = img.closest(".card, .film").querySelector(".card__title, h1");
  const tile = document.createElement("span");
  tile.className = "poster tile";
  tile.lang = "hu";
  tile.append(document.createElement("span"));
  tile.firstChild.textContent = title.textContent;
  tile.ariaHidden = "true";
  (img.closest("picture") ?? img).replaceWith(tile);
}

async function askAgain(img, address, left) {
  const answer = await fetch(address, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (answer?.type === "opaqueredirect") {
    img.src = `${address}?${TRIES - left + 1}`; // built meanwhile; another address, or it stays as it is
    return;
  }
  const wait = Number(answer?.headers.get("Retry-After")) || 2;
  if (!left || wait > LONGEST_S || answer?.status === 404) showTitle(img);
  else setTimeout(() => askAgain(img, address, left - 1), wait * 1000);
}

function doWithout(img) {
  const others = img.closest("picture")?.querySelectorAll("source") ?? [];
  for (const source of others) source.remove(); // the browser takes the JPEG then
  if (!others.length) showTitle(img);
}

const asking = new WeakSet(); // a picture may be there already with its load event still to come

function look(img) {
  const address = img.getAttribute("src");
  if (!img.naturalWidth) doWithout(img);
  else if (/\/poster\/[^?]*$/.test(address) && !asking.has(img)) {
    asking.add(img);
    const [timing] = performance.getEntriesByName(img.src);
    const status = timing?.responseStatus; // 0 from the storage's host; Safari does not say
    if (status === 503 || status === undefined) askAgain(img, address, TRIES);
  }
}

// Those that come with results later are heard here too: such events do not bubble, but are caught,
// by the document: the window is left out of a picture's load event.
const isPoster = (node) => node instanceof HTMLImageElement && node.matches(".poster");
document.addEventListener("load", ({ target }) => isPoster(target) && look(target), true);
document.addEventListener("error", ({ target }) => isPoster(target) && doWithout(target), true);
for (const img of document.querySelectorAll("img.poster")) {
  if (img.complete && img.currentSrc) look(img);
}

// The last calendar without a network: see sw.js.
addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => {}));
