import type { Store } from "../store.ts"
import type { State } from "../state.ts"
import { currentRoute, pathOf, type Route } from "../route.ts"

/** Which local profile this window holds, and which node it talks to unless told otherwise. */
export interface Place {
  readonly profile: string
  readonly node: string
  /** A node that the link asks to use. */
  readonly proposed?: string
}

const PROFILE = "wafer.profile"
const PROFILES = "wafer.profiles"

/** Reads `?account=` and `?node=` once, and takes them out of the address bar. */
export function findPlace(): Place {
  const asked = new URLSearchParams(location.search)
  const account = asked.get("account")
  if (account && /^\d{1,4}$/.test(account)) sessionStorage.setItem(PROFILE, account)
  const profile = sessionStorage.getItem(PROFILE) ?? "1"
  sessionStorage.setItem(PROFILE, profile)
  const profiles = new Set([...knownProfiles(), profile])
  localStorage.setItem(PROFILES, [...profiles].join(" "))
  const proposed = httpUrl(asked.get("node"))
  if (location.search) history.replaceState(null, "", location.pathname + location.hash)
  return {
    profile,
    node: location.origin,
    ...(proposed && proposed !== location.origin ? { proposed } : {}),
  }
}

/** The first profile number that no window of this browser has used. */
export function freshProfile(): string {
  const known = new Set(knownProfiles())
  let next = 2
  while (known.has(String(next))) next++
  return String(next)
}

export function forgetProfile(profile: string): void {
  localStorage.setItem(PROFILES, knownProfiles().filter((one) => one !== profile).join(" "))
}

const knownProfiles = () => (localStorage.getItem(PROFILES) ?? "").split(" ").filter(Boolean)

function httpUrl(text: string | null): string | undefined {
  try {
    const url = new URL(text ?? "")
    return /^https?:$/.test(url.protocol) ? url.origin + url.pathname.replace(/\/$/, "") : undefined
  } catch {
    return undefined
  }
}

/** Keeps the state's route and the address bar the same, with real history entries. */
export function navigation(store: Store<State>): (route: Route, replace?: boolean) => void {
  const hash = location.hash.startsWith("#/")
  const arrive = (route: Route) => store.set((state) => ({ ...state, route, search: "", hits: [] }))
  addEventListener("popstate", () => arrive(currentRoute(location)))
  return (route, replace = false) => {
    const path = hash ? `#${pathOf(route)}` : pathOf(route)
    if (path === (hash ? location.hash : location.pathname)) replace = true
    if (replace) history.replaceState(null, "", path)
    else history.pushState(null, "", path)
    arrive(route)
  }
}
