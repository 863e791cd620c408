// The session may end while a movie's form is open. The script shows a notice with a link to sign
// in on another page, and gives the form the new session's token. Without this script the server
// keeps the typed text, but not a file.
"use strict";

const JSON_PLEASE = { headers: { Accept: "application/json" } };

const session = (() => {
  const notice = document.querySelector("[data-session-ended]");

  // Gets the new session's token from the same page.
  const renew = async () => {
    const page = await (await fetch(location.pathname)).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("[name=csrf_token]");
    if (!fresh) return;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = fresh.value;
  };

  // Returns whether the session of this answer has ended, and shows or hides the notice.
  const isOver = async (answer) => {
    const over = answer.status === 401;
    if (!over && notice && !notice.hidden) await renew();
    if (notice) notice.hidden = !over;
    return over;
  };

  const check = async () => isOver(await fetch(location.pathname, JSON_PLEASE));

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && notice && !notice.hidden) check().catch(() => {});
  });

  return { isOver, check, focusNotice: () => notice?.querySelector("a").focus() };
})();

// A file would be lost on the way to the sign-in page, so the session is checked before a form with
// a file is sent.
const CHECKING = "checking", CHECKED = "checked";
document.querySelector("[data-movie-form]")?.addEventListener("submit", async (event) => {
  const form = event.target;
  const { submitter } = event;
  if (form.dataset.session === CHECKED || !form.poster_file.files.length) {
    delete form.dataset.session;
    return;
  }
  event.preventDefault();
  if (form.dataset.session === CHECKING) return;
  form.dataset.session = CHECKING;
  let over = false;
  try {
    over = await session.check();
  } catch {
    // No network: the browser shows that itself.
  }
  delete form.dataset.session;
  if (over) {
    session.focusNotice();
    return;
  }
  form.dataset.session = CHECKED;
  form.requestSubmit(submitter);
});
