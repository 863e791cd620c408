// A file that is read or imported, or an import that is undone: how far it is, and the way out.
// Without this script, or where an answer is not as expected, the forms send themselves.
const EVERY_MS = 500;

for (const form of document.querySelectorAll("[data-long]")) {
  const box = form.querySelector("[data-progress]"), words = box.dataset;
  const bar = box.querySelector("progress"), state = box.querySelector("[role=status]");
  const stop = box.querySelector("button"), send = form.querySelector("button:not([type])");
  let request = null, timer = 0;

  const show = (text, done, of) => {
    box.hidden = !text;
    send.disabled = Boolean(text);
    state.textContent = text;
    if (of) [bar.max, bar.value] = [of, done];
    else bar.removeAttribute("value");
  };

  const end = () => {
    clearInterval(timer);
    request = null;
    show("");
  };

  const ask = async () => {
    const answer = await fetch(form.dataset.long, { headers: { Accept: "application/json" } }).catch(() => null);
    const { done, of } = answer?.ok ? await answer.json().catch(() => ({})) : {};
    if (request && !stop?.disabled && of) show(words.writing.replace("##", of.toLocaleString(document.documentElement.lang)).replace("#", done.toLocaleString(document.documentElement.lang)), done, of);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (request) return;
    const sent = new FormData(form);
    if (stop) stop.disabled = false;
    request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      if (!form.dataset.long) show(loaded < total ? words.sending : words.reading, loaded, loaded < total ? total : 0);
    });
    request.addEventListener("load", () => {
      clearInterval(timer);
      if (request.response?.location) location.assign(request.response.location);
      else form.submit();
    });
    request.addEventListener("error", () => form.submit());
    request.addEventListener("abort", end);
    show(words.reading);
    request.send(sent);
    if (form.dataset.long) timer = setInterval(ask, EVERY_MS);
  });

  stop?.addEventListener("click", () => {
    if (!form.dataset.stop) return request?.abort();
    stop.disabled = true;
    show(words.stopping);
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    fetch(form.dataset.stop, { method: "POST", body }).catch(() => {});
  });

  addEventListener("pageshow", ({ persisted }) => persisted && end());
}
