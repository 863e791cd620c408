// What pages do besides being read. Everything works without this file. It runs before the first
// paint, so that a chosen theme never flashes; what needs the page waits for it, at the end.
// One file, since each has a journey of its own to a phone.

// Theme: as the system has it, light, dark, and round again; what was chosen is kept in this
// browser alone.
const root = document.documentElement;
const themes = ["auto", "light", "dark"];
try {
  const theme = localStorage.getItem("theme");
  if (theme) root.dataset.theme = theme;
} catch {} // storage may be forbidden: the system's theme stands

function showTheme(button) {
  const theme = root.dataset.theme || "auto";
  button.title = button.dataset[theme];
  button.setAttribute("aria-label", button.dataset[theme]);
}

function changeTheme({ currentTarget }) {
  const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % themes.length];
  try {
    if (next === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch {} // it lasts for this page then
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  showTheme(currentTarget);
}

// Share: the system's own way, or the address onto the clipboard.
async function share({ currentTarget: button }) {
  const url = button.dataset.share;
  try {
    if (navigator.share) await navigator.share({ title: document.title, url });
    else {
      await navigator.clipboard.writeText(url);
      button.querySelector("span").textContent = button.dataset.done;
    }
  } catch {} // changed their mind
}

// Filters: what is not chosen stays out of the address.
function leaveOut({ formData }) {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
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

function look(img) {
  const address = img.getAttribute("src");
  if (!img.naturalWidth) doWithout(img);
  else if (/\/poster\/[^?]*$/.test(address)) {
    const [timing] = performance.getEntriesByName(img.src);
    const status = timing?.responseStatus; // 0 from the storage's host; Safari does not say
    if (status === 503 || status === undefined) askAgain(img, address, TRIES);
  }
}

// Such events do not bubble, but are caught, by the document: the window is left out of a picture's
// load event. So those that come with results later are heard too.
const parsed = new Promise((done) => document.addEventListener("DOMContentLoaded", done));

for (const [event, act] of [["load", look], ["error", doWithout]]) {
  const heard = ({ target }) => {
    if (target instanceof HTMLImageElement && target.matches(".poster")) parsed.then(() => act(target));
  };
  document.addEventListener(event, heard, true);
}

// Without a network a page is what was kept of it, or of the calendar in its place: it says so.
const tellOffline = () => (document.querySelector(".offline").hidden = navigator.onLine);
for (const event of ["online", "offline"]) addEventListener(event, tellOffline);

parsed.then(() => {
  tellOffline();
  for (const button of document.querySelectorAll(".theme")) {
    button.hidden = false;
    showTheme(button);
    button.addEventListener("click", changeTheme);
  }
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = !(navigator.share || navigator.clipboard);
    button.addEventListener("click", share);
  }
  for (const form of document.querySelectorAll("[data-filters]")) {
    form.addEventListener("formdata", leaveOut);
  }
});

// The last calendar without a network: see sw.js.
addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => {}));
