import type { Kv } from "./deno-kv.ts"
import { keys } from "./rows.ts"

const lookMs = 1000
const againMs = 100

/**
 * Looks whenever Deno KV tells of a new head, until `closing`. A watch may die in silence: it is looked
 * after, and when it has missed something, another one takes its place.
 *
 * @param look resolves with whether the head had moved
 */
export async function watchHead(
  kv: Kv,
  look: () => Promise<boolean>,
  closing: AbortSignal,
): Promise<void> {
  while (kv.watch && !closing.aborted) {
    try {
      const changes = kv.watch([keys.head]).getReader()
      // Not awaited: in @deno/kv it never settles.
      const leave = (): void => void changes.cancel().catch(() => {})
      closing.addEventListener("abort", leave, { once: true })
      try {
        for (let change = changes.read();;) {
          const told = await Promise.race([change, pause(lookMs)])
          const moved = await look()
          if (told ? told.done : moved) break
          if (told) change = changes.read()
        }
      } finally {
        closing.removeEventListener("abort", leave)
        leave()
      }
    } catch { /* it is tried again */ }
    await pause(closing.aborted ? 0 : againMs)
  }
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
