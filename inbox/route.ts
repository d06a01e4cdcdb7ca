// Where the page is, as an address that can be linked to. Static hosts without a fallback rule use
// the same paths after `#`.

import type { Conversation } from "./model.ts"

export type Tab = "inbox" | "requests" | "denied"
export type SettingsPage = "" | "keys" | "consent" | "node"

export type Route =
  | { readonly at: "list"; readonly tab: Tab }
  | { readonly at: "conversation"; readonly peer: string; readonly about?: string }
  | { readonly at: "new"; readonly address?: string }
  | { readonly at: "me" }
  | { readonly at: "settings"; readonly page: SettingsPage }
  | { readonly at: "hello" }

/** Reads a path such as `/dm/0x…/order-1042`. What it does not know is the list. */
export function parseRoute(path: string): Route {
  const [first, second, ...rest] = path.split("/").filter(Boolean).map(decode)
  switch (first) {
    case "dm":
      if (!second || !/^0x[0-9a-f]{40}$/i.test(second)) return { at: "new", address: second ?? "" }
      return rest.length
        ? { at: "conversation", peer: second, about: rest.join("/") }
        : { at: "conversation", peer: second }
    case "requests":
    case "denied":
      return { at: "list", tab: first }
    case "new":
      return { at: "new" }
    case "me":
      return { at: "me" }
    case "hello":
      return { at: "hello" }
    case "settings":
      return {
        at: "settings",
        page: second === "keys" || second === "consent" || second === "node" ? second : "",
      }
    default:
      return { at: "list", tab: "inbox" }
  }
}

/** The path of a route; `parseRoute` reads it back. */
export function pathOf(route: Route): string {
  switch (route.at) {
    case "list":
      return route.tab === "inbox" ? "/" : `/${route.tab}`
    case "conversation":
      return route.about === undefined
        ? `/dm/${route.peer}`
        : `/dm/${route.peer}/${encodeURIComponent(route.about)}`
    case "new":
      return route.address ? `/dm/${route.address}` : "/new"
    case "settings":
      return route.page ? `/settings/${route.page}` : "/settings"
    default:
      return `/${route.at}`
  }
}

/** Where a conversation is read. Without a subject there is one thread per peer. */
export function routeTo(
  { peer, conversationId }: Pick<Conversation, "peer" | "conversationId">,
): Route {
  return {
    at: "conversation",
    peer,
    ...(conversationId === undefined ? {} : { about: conversationId }),
  }
}

/** Consent decides where a conversation is listed. */
export function tabOf(conversation: Conversation): Tab {
  switch (conversation.consent) {
    case "allowed":
      return "inbox"
    case "unknown":
      return "requests"
    case "denied":
      return "denied"
  }
}

/** The route that the browser's address bar shows, with or without `#`. */
export function currentRoute(location: { pathname: string; hash: string }): Route {
  return parseRoute(location.hash.startsWith("#/") ? location.hash.slice(1) : location.pathname)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
