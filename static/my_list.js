// /sajat: the list that mozi.js keeps in this browser, its calendar, and the way to another device.
const place = document.querySelector("#lista");
const said = document.querySelector("[data-said]");
const calendar = document.querySelector("[data-calendar]");
const [before, after] = ["before", "after"].map((name) => calendar.querySelector(`[data-${name}]`));
const patterns = new Map([...after.querySelectorAll("a")].map((a) => [a, a.getAttribute("href")]));

// The list of a link joins this browser's own.
function takeOver() {
  const sent = new URLSearchParams(location.hash.slice(1));
  const [films, people] = ["filmek", "emberek"].map((name) => (sent.get(name) || "").split(",").filter(Boolean));
  if (!films.length && !people.length) return;
  const list = readList();
  const movies = films.map(Number).filter((id) => Number.isInteger(id) && id > 0);
  list.movies = [...new Set([...list.movies, ...movies])].slice(0, MOST.movies);
  list.people = [...new Set([...list.people, ...people])].slice(0, MOST.people);
  writeList(list);
  history.replaceState(null, "", location.pathname);
  said.textContent = place.dataset.taken;
}

async function showList() {
  const { movies, people } = readList();
  const empty = !movies.length && !people.length;
  calendar.hidden = empty && !readList().token;
  showCalendar();
  if (empty) {
    said.textContent = place.dataset.none;
    return showFilms("");
  }
  const answer = await send("POST", place.dataset.films, { movies, people });
  if (!answer?.ok) return (said.textContent = place.dataset.offline);
  showFilms(await answer.text());
}

// The calendar stands between the films and the way to another device.
function showFilms(html) {
  document.querySelector("[aria-labelledby=masik]")?.remove();
  place.innerHTML = html;
  calendar.after(...place.querySelectorAll("[aria-labelledby=masik]"));
  document.dispatchEvent(new Event("cards"));
}

function showCalendar() {
  const { token } = readList();
  before.hidden = Boolean(token);
  after.hidden = !token;
  for (const [link, pattern] of patterns) link.href = pattern.replaceAll("TOKEN", token);
}

// A star that is pressed before the answer comes knows no token: the calendar then gets the list once more.
async function make() {
  const { movies, people } = readList();
  const sent = { movies, people };
  const answer = await send("POST", calendar.dataset.calendar, sent);
  if (answer?.status !== 201) return (said.textContent = place.dataset.offline);
  const { token } = await answer.json();
  const list = readList();
  writeList({ ...list, token });
  showCalendar();
  after.querySelector("a").focus();
  const pressed = ["movies", "people"].some((kind) => String(list[kind]) !== String(sent[kind]));
  if (pressed) await send("PUT", `${calendar.dataset.calendar}/${token}`, { movies: list.movies, people: list.people });
}

async function forget() {
  const answer = await send("DELETE", `${calendar.dataset.calendar}/${readList().token}`);
  if (!answer?.ok && answer?.status !== 404) return (said.textContent = place.dataset.offline);
  writeList({ ...readList(), token: undefined });
  showCalendar();
}

calendar.querySelector("[data-make]").addEventListener("click", make);
calendar.querySelector("[data-forget]").addEventListener("click", forget);
addEventListener("hashchange", () => { takeOver(); showList(); });
takeOver();
showList();
