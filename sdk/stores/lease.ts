import { inOrder } from "./in-order.ts"
import type { Store } from "./store.ts"

/** A place that one process can take, and that others see taken. */
export interface Lease {
  /** Resolves to whether it is taken now. One that was taken before `staleMs` is free: its process died. */
  take(staleMs: number): Promise<boolean>
  /** Frees it. */
  give(): Promise<void>
}

const diesAfterMs = 10_000
const asksEveryMs = 20

/** Locks of leases, which processes take from each other. `leaseOf` makes the one of a name. */
export function leaseLock(leaseOf: (name: string) => Lease): Store["lock"] {
  const ordered = inOrder()
  return (name, work) =>
    ordered(async () => {
      const lease = leaseOf(name)
      while (!await lease.take(Date.now() - diesAfterMs)) {
        await new Promise((resolve) => setTimeout(resolve, asksEveryMs))
      }
      try {
        return await work()
      } finally {
        await lease.give()
      }
    })
}
