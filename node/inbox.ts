import { inboxFiles } from "./inbox-files.ts"
import { packed } from "./packed.ts"

// The page's own addresses: each is the same document, which reads the address itself.
const pages = /^\/($|(dm|requests|denied|new|me|settings|hello)(\/|$))/

// Nothing runs here but what came with the page, and nobody frames it. Connections go to this node, to
// another one that a person chose, and to where a remote attachment lies, when a person fetches it:
// both are any https host, and development happens on localhost.
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ")

const forEver = "public, max-age=31536000, immutable"

/**
 * The inbox: a page in which people write to each other, served from memory.
 * Undefined when the request is for something else.
 */
export function inbox(request: Request): Response | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined
  const { pathname } = new URL(request.url)
  const path = pages.test(pathname) ? "/index.html" : pathname
  const file = Object.hasOwn(inboxFiles, path) ? inboxFiles[path]! : undefined
  if (!file) return undefined
  return packed(request, file, {
    policy,
    cache: path.startsWith("/assets/") ? forEver : "no-cache",
  })
}
