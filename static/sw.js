// The last calendar, for when there is no network. Pages always come from the network first; what
// came last is kept, the newest KEPT of them. Styles and pictures are the browser's own cache's: they
// may be kept for good. The admin's pages, and whatever forbids it, are never kept.
const CACHE = "pages-1";
const KEPT = 24;
const ADMIN = /^\/(en\/)?admin(\/|$)/;
const home = (path) => (/^\/en(\/|$)/.test(path) ? "/en/" : "/");

async function keep(request, answer) {
  const type = answer.headers.get("Content-Type") || "";
  const rule = answer.headers.get("Cache-Control") || "";
  if (!answer.ok || answer.redirected || !type.startsWith("text/html") || /no-store|private/.test(rule)) return;
  const cache = await caches.open(CACHE);
  await cache.delete(request); // so that it becomes the newest
  await cache.put(request, answer);
  const old = (await cache.keys()).filter(({ url }) => new URL(url).pathname !== home(new URL(url).pathname));
  for (const request of old.slice(0, -KEPT)) await cache.delete(request);
}

async function page(event) {
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

// The calendar in the language of whoever is looking, so that it is there before a second visit.
async function fill() {
  const lookers = await self.clients.matchAll({ includeUncontrolled: true });
  const homes = new Set(lookers.map(({ url }) => home(new URL(url).pathname)));
  for (const path of homes) await keep(new Request(path), await fetch(path));
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill().catch(() => {})); // the next visit will do
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
  if (reads && !ADMIN.test(pathname)) event.respondWith(page(event));
});
