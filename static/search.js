// Results while the visitor types: the script fetches the same page and replaces the results.
// Without this script the form is sent as usual.
const form = document.querySelector("[data-search]");
const field = form.elements.q;
const PAUSE_MS = 200;
let timer, asked = field.value.trim(), running;

async function search() {
  const query = field.value.trim();
  if (query === asked) return;
  asked = query;
  running?.abort();
  running = new AbortController();
  const address = `${form.action}${query ? `?${new URLSearchParams({ q: query })}` : ""}`;
  try {
    const answer = await fetch(address, { signal: running.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("#talalatok").replaceChildren(...page.querySelector("#talalatok").childNodes);
    document.title = page.title;
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") asked = null; // the network failed: the next input tries again
  }
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE_MS);
});
