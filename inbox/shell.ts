// The service worker: keeps the page itself, so that the inbox opens without a node. Messages are not
// its business; they are in the worker's database. It begins with the next visit: a page that is open
// already keeps what it has.

/** What a service worker's scope has, beyond what every worker has. */
interface Scope extends EventTarget {
  skipWaiting(): Promise<void>
}
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Lasting {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const scope = self as unknown as Scope
const SHELL = "shell"
const DOCUMENT = "/index.html"

scope.addEventListener("install", (event) => {
  ;(event as Lasting).waitUntil(keepAll().then(() => scope.skipWaiting()))
})
scope.addEventListener("fetch", (event) => {
  const { request } = event as Fetching
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate" && pathname !== "/status") {
    ;(event as Fetching).respondWith(fresh(request))
  } else if (pathname.startsWith("/assets/") || /\.(svg|webmanifest)$/.test(pathname)) {
    ;(event as Fetching).respondWith(kept(request))
  }
})

/** Everything that the page may ask for later, and nothing of an older build. */
async function keepAll(): Promise<void> {
  const files: string[] = await (await fetch("/files.json", { cache: "no-cache" })).json()
  const cache = await caches.open(SHELL)
  const known = new Set((await cache.keys()).map((request) => new URL(request.url).pathname))
  const wanted = new Set([DOCUMENT, ...files])
  await cache.addAll([...wanted].filter((file) => file === DOCUMENT || !known.has(file)))
  await Promise.all(
    [...known].filter((file) => !wanted.has(file)).map((file) => cache.delete(file)),
  )
}

/** The node's document when it answers, else the one kept. */
async function fresh(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const document = await caches.match(DOCUMENT)
    if (document) return document
    throw error
  }
}

async function kept(request: Request): Promise<Response> {
  return await caches.match(request) ?? await fetch(request)
}
