// Scripts of the public pages, which also work without this file. It runs before the first paint,
// so that a chosen theme never flashes; the rest waits for the parsed page, at the end. It is one
// file, because each file costs a phone another request.

// Theme: the system's, light, dark, and again. Only this browser stores the choice.
const root = document.documentElement;
const themes = ["auto", "light", "dark"];
try {
  const theme = localStorage.getItem("theme");
  if (theme) root.dataset.theme = theme;
} catch {} // storage may be forbidden: then the system's theme is used

function showTheme(button) {
  const theme = root.dataset.theme || "auto";
  button.title = button.ariaLabel = button.dataset[theme];
}

function changeTheme({ currentTarget }) {
  const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % themes.length];
  try {
    if (next === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch {} // then it lasts for this page
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  showTheme(currentTarget);
}

// Density: a page's box makes its list dense by the style sheet alone; the script keeps the choice.
try {
  if (localStorage.getItem("dense")) root.dataset.dense = "";
} catch {}

function changeDensity({ currentTarget: { checked } }) {
  root.toggleAttribute("data-dense", checked);
  try {
    if (checked) localStorage.setItem("dense", "1");
    else localStorage.removeItem("dense");
  } catch {}
}

function offerDensity(box) {
  box.checked = "dense" in root.dataset;
  box.onchange = changeDensity;
}

// Share: the system's dialogue, or the address to the clipboard.
async function share({ currentTarget: button }) {
  const url = button.dataset.share;
  try {
    if (navigator.share) await navigator.share({ title: document.title, url });
    else {
      await navigator.clipboard.writeText(url);
      button.querySelector("span").textContent = button.dataset.done;
    }
  } catch {} // the visitor cancelled
}

function offerSharing() {
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = !(navigator.share || navigator.clipboard);
    button.onclick = share;
  }
}

// Trailer: from YouTube, which learns of the visitor by this click alone; once more closes it.
function playTrailer(event) {
  const { dataset, textContent } = event.currentTarget;
  event.preventDefault();
  const shown = document.querySelector(".trailer");
  if (shown) return shown.remove();
  const frame = document.createElement("iframe");
  frame.className = "trailer";
  frame.title = textContent.trim();
  frame.allow = "autoplay; fullscreen; picture-in-picture";
  frame.src = `https://www.youtube-nocookie.com/embed/${dataset.trailer}?autoplay=1`;
  document.querySelector(".film__head").after(frame);
  frame.scrollIntoView({ block: "center" });
}

// Filters: empty choices are left out of the address.
function leaveOut({ formData }) {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
}

// Pictures. While a poster cannot be built, its route answers 503 with a placeholder, which a browser
// shows like any picture. The script puts a tile in its place, as a film without a poster has one,
// and asks again after Retry-After, three times.
const TRIES = 3;
const LONGEST_S = 60; // a source with a longer pause will not come during this visit

function showTile(img) {
  const film = img.closest(".card, .film");
  const [id] = /\d+/.exec(film.querySelector(".card__link")?.pathname ?? location.pathname);
  const tile = document.createElement("span");
  tile.className = `tile hue-${id % 6}`;
  tile.textContent = [...film.querySelector(".card__title, h1").textContent][0].toUpperCase();
  tile.ariaHidden = "true";
  (img.closest("picture") ?? img).after(tile);
  img.hidden = true;
}

async function askAgain(img, address, left) {
  if (left === TRIES) showTile(img);
  const answer = await fetch(address, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (answer?.type === "opaqueredirect") {
    img.src = `${address}?${TRIES - left + 1}`; // built meanwhile; a new address makes the browser load it
    return;
  }
  const wait = Number(answer?.headers.get("Retry-After")) || 2;
  if (left && wait <= LONGEST_S && answer?.status !== 404) setTimeout(() => askAgain(img, address, left - 1), wait * 1000);
}

function showFallback(img) {
  const others = img.closest("picture")?.querySelectorAll("source") ?? [];
  for (const source of others) source.remove(); // then the browser takes the JPEG
  if (!others.length && !img.hidden) showTile(img);
}

function checkPicture(img) {
  const address = img.getAttribute("src");
  if (!img.naturalWidth) return showFallback(img);
  if (img.hidden) {
    img.hidden = false; // built meanwhile
    img.closest(".frame").querySelector(".tile").remove();
  }
  if (/\/poster\/[^?]*$/.test(address)) {
    const [timing] = performance.getEntriesByName(img.src);
    const status = timing?.responseStatus; // 0 from the storage's host; undefined in Safari
    if (status === 503 || status === undefined) askAgain(img, address, TRIES);
  }
}

// These events do not bubble, but the document can capture them, also for pictures that search
// results add later. (A picture's load event does not reach the window.)
const parsed = new Promise((done) => document.addEventListener("DOMContentLoaded", done));

for (const [event, act] of [["load", checkPicture], ["error", showFallback]]) {
  const onEvent = ({ target }) => {
    if (target instanceof HTMLImageElement && target.matches(".poster")) parsed.then(() => act(target));
  };
  document.addEventListener(event, onEvent, true);
}

// Without a network sw.js shows a stored page, or the stored calendar, with this notice.
// An address that was never read shows the calendar in its place. said: what a search has to say.
function showOffline({ said }) {
  const notice = document.querySelector(".offline");
  const shown = document.querySelector("[rel=canonical]");
  if (shown && new URL(shown.href).pathname !== location.pathname) notice.textContent = notice.dataset.unread;
  if (said) notice.textContent = said;
  notice.hidden = !said && navigator.onLine;
}
ononline = onoffline = showOffline;

// Suggestions under the masthead's field: their script and style are fetched when the field gets the focus.
// Without a script the field is a plain one, so that nothing promises a list that never opens.
function offerSuggestions(form) {
  const field = form.elements.q;
  field.role = "combobox";
  field.ariaAutoComplete = "list";
  field.ariaExpanded = "false";
  field.setAttribute("aria-controls", "javaslatok");
  if (form.contains(document.activeElement)) loadSearch(form); // a quick visitor types already
  else form.addEventListener("focusin", () => loadSearch(form), { once: true });
}

function loadSearch(form) {
  const script = document.createElement("script");
  script.src = form.dataset.search;
  script.onerror = () => {
    showOffline({ said: form.dataset.offline });
    form.addEventListener("input", () => loadSearch(form), { once: true }); // the network may be back
  };
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = form.dataset.style;
  document.head.append(style, script);
}

// Stars: the films and people that this browser follows. Only it stores the list, until a calendar
// is made of it (/sajat): the list's token then keeps that calendar up to date.
const MOST = { movies: 300, people: 100 }; // as the server takes
const EMPTY = { movies: [], people: [] };

const mine = () => document.querySelector(".mine"); // the link to the list

function readList() {
  try {
    return { ...EMPTY, ...JSON.parse(localStorage.getItem("list")) };
  } catch {
    return EMPTY;
  }
}

function writeList(list) {
  try {
    localStorage.setItem("list", JSON.stringify(list));
  } catch {} // storage may be forbidden: then nothing can be followed
  showStars();
}

// The answer, or undefined without a network.
function send(method, address, list) {
  const body = list && JSON.stringify(list);
  return fetch(address, { method, body, headers: { "Content-Type": "application/json" }, keepalive: true }).catch(() => {});
}

async function follow({ currentTarget: star }) {
  const [kind, name] = star.dataset.star.split(":");
  const key = kind === "movies" ? Number(name) : name;
  const { token, ...list } = readList();
  const kept = list[kind].filter((each) => each !== key);
  if (kept.length === list[kind].length && kept.push(key) > MOST[kind]) return alert(mine().dataset.full);
  list[kind] = kept;
  writeList({ ...list, token });
  const answer = token && (await send("PUT", `${mine().pathname}/${token}`, list));
  if (answer?.status === 404) writeList({ ...readList(), token: undefined }); // forgotten
}

// Cards get a star here, because without a script it could do nothing.
function addStars() {
  for (const link of document.querySelectorAll(".card:not(:has(.star)) > .card__link")) {
    const star = document.createElement("button");
    star.className = "star";
    star.type = "button";
    star.dataset.star = `movies:${/\d+/.exec(link.pathname)[0]}`;
    star.ariaLabel = `${mine().dataset.follow}: ${link.querySelector(".card__title").textContent}`;
    link.after(star);
  }
  for (const star of document.querySelectorAll("[data-star]:not([aria-pressed])")) {
    star.hidden = false;
    star.addEventListener("click", follow);
  }
  showStars();
}

function showStars() {
  const list = readList();
  for (const star of document.querySelectorAll("[data-star]")) {
    const [kind, name] = star.dataset.star.split(":");
    star.ariaPressed = list[kind].map(String).includes(name);
  }
  const count = list.movies.length + list.people.length;
  mine().querySelector("span").textContent = count ? ` (${count})` : "";
}

parsed.then(() => {
  showOffline({});
  document.querySelector("[data-trailer]")?.addEventListener("click", playTrailer);
  addStars();
  document.addEventListener("cards", () => { addStars(); offerSharing(); }); // a script added some
  onstorage = onpageshow = showStars; // another tab's stars
  offerSharing();
  const search = document.querySelector(".masthead [data-search]");
  if (search) offerSuggestions(search);
  for (const button of document.querySelectorAll(".theme")) {
    button.hidden = false;
    showTheme(button);
    button.onclick = changeTheme;
  }
  document.querySelectorAll("#tomor").forEach(offerDensity);
  for (const form of document.querySelectorAll("[data-filters]")) {
    form.addEventListener("formdata", leaveOut);
  }
});

// Stores the last calendar for when there is no network.
addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => {}));
