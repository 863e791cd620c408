// The session may end while a movie's form stands open: say so at once, with a link to sign in on
// another page, and take the form along into the new session. Without this script the server
// keeps what was typed, but for a file.
"use strict";

const JSON_PLEASE = { headers: { Accept: "application/json" } };

const session = (() => {
  const notice = document.querySelector("[data-session-ended]");

  // The new session has a token of its own; the page has it, where it is the same admin's.
  const renew = async () => {
    const page = await (await fetch(location.pathname)).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("[name=csrf_token]");
    if (!fresh) return;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = fresh.value;
  };

  // Whether an answer was given to somebody who is signed in.
  const isOver = async (answer) => {
    const over = answer.status === 401;
    if (!over && notice && !notice.hidden) await renew();
    if (notice) notice.hidden = !over;
    return over;
  };

  const look = async () => isOver(await fetch(location.pathname, JSON_PLEASE));

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && notice && !notice.hidden) look().catch(() => {});
  });

  return { isOver, look, say: () => notice?.querySelector("a").focus() };
})();

// A file would be lost on the way to the sign-in page, so it is not sent without a session.
const LOOKING = "looking", LOOKED = "looked";
document.querySelector("[data-movie-form]")?.addEventListener("submit", async (event) => {
  const form = event.target;
  const { submitter } = event;
  if (form.dataset.session === LOOKED || !form.poster_file.files.length) {
    delete form.dataset.session;
    return;
  }
  event.preventDefault();
  if (form.dataset.session === LOOKING) return;
  form.dataset.session = LOOKING;
  let over = false;
  try {
    over = await session.look();
  } catch {
    // No network: the browser itself says so.
  }
  delete form.dataset.session;
  if (over) {
    session.say();
    return;
  }
  form.dataset.session = LOOKED;
  form.requestSubmit(submitter);
});
