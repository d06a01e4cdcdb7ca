import type { State } from "../state.ts"
import type { Store } from "../store.ts"

/** What this browser lacks, or undefined. */
export function tooOld(): string | undefined {
  if (!CSS.supports("color", "light-dark(red, red)")) return "light-dark() colours"
  if (!navigator.locks) return "Web Locks"
  if (!("withResolvers" in Promise)) return "Promise.withResolvers"
  if (!globalThis.crypto?.subtle) return "a secure connection (https, or localhost)"
  return undefined
}

/**
 * What nobody expected becomes a strip with a report, never a blank page. Returns a way to report what
 * the page cannot see.
 */
export function reportFailures(store: Store<State>): (report: string) => void {
  const raise = (report: string) => {
    console.error(report)
    store.set((state) => ({
      ...state,
      problems: [...state.problems.filter((one) => one.kind !== "broken"), {
        kind: "broken",
        report,
      }],
    }))
  }
  addEventListener("error", ({ error, message }) => raise(String(error?.stack ?? message)))
  addEventListener("unhandledrejection", ({ reason }) => raise(String(reason?.stack ?? reason)))
  return raise
}
