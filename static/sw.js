// Stored pages for when there is no network. Pages always come from the network first; the newest
// KEPT of them are stored. The browser's own cache keeps styles and pictures. Admin pages, and pages
// that forbid it, are never stored.
const CACHE = "pages-1";
const KEPT = 24;
const ADMIN = /^\/(en\/)?admin(\/|$)/;
const home = (path) => (/^\/en(\/|$)/.test(path) ? "/en/" : "/");

async function keep(request, answer) {
  const type = answer.headers.get("Content-Type") || "";
  const rule = answer.headers.get("Cache-Control") || "";
  if (!answer.ok || answer.redirected || !type.startsWith("text/html") || /no-store|private/.test(rule)) return;
  const cache = await caches.open(CACHE);
  await cache.delete(request); // so that it is stored as the newest
  await cache.put(request, answer);
  const old = (await cache.keys()).filter(({ url }) => new URL(url).pathname !== home(new URL(url).pathname));
  for (const request of old.slice(0, -KEPT)) await cache.delete(request);
}

async function answerPage(event) {
  try {
    const answer = (await event.preloadResponse) || (await fetch(event.request));
    event.waitUntil(keep(event.request, answer.clone()));
    return answer;
  } catch (error) {
    const cache = await caches.open(CACHE);
    const path = home(new URL(event.request.url).pathname);
    const kept = (await cache.match(event.request)) || (await cache.match(path));
    if (kept) return kept;
    throw error;
  }
}

// Stores the calendar in both languages, before the second visit.
async function fill() {
  for (const path of ["/", "/en/"]) await keep(new Request(path), await fetch(path));
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill().catch(() => {})); // the next visit tries again
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const reads = event.request.mode === "navigate" && event.request.method === "GET";
  if (reads && !ADMIN.test(pathname)) event.respondWith(answerPage(event));
});
