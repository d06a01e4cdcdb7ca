import { Client, type Store, type Transport, WaferError } from "@wafer/sdk"
import { codecs } from "./content.ts"
import { describe } from "./node.ts"
import type { SharedState } from "./shared.ts"

/** The way to the node: makes the SDK's client as soon as the node answers. */
export interface Link {
  /** The client; waits for the first connection. */
  client(): Promise<Client>
  /** Does something that needs the node, as often as it takes. */
  patiently<T>(work: () => Promise<T>): Promise<T>
  /** Does not wait for the end of a pause. */
  hurry(): void
  close(): Promise<void>
}

export interface LinkOptions {
  readonly keys: Uint8Array
  readonly url: string
  /** The network that this account's messages are on; absent before the first connection. */
  readonly network: string | undefined
  readonly transport: Transport
  readonly store: Store
  readonly shared: SharedState
  readonly onNetwork: (network: string) => void
}

const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000]
const FAILURES_TO_TELL = 2
const CLOCK_OFF_MS = 10 * 60_000

export function link(options: LinkOptions): Link {
  const { shared, url } = options
  const closed = new AbortController()
  let wake = () => {}
  const client = patiently(async () => {
    await meet()
    const { keys, transport, store } = options
    return await Client.withKeys(keys, { transport, store, codecs, signal: closed.signal })
  })
  client.catch(() => {})

  /** What is stored here is on screen meanwhile. */
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 0;; failures++) {
      if (failures === 0) shared.set({ connection: { state: "connecting" } })
      try {
        return await work()
      } catch (error) {
        closed.signal.throwIfAborted()
        if (error instanceof OtherNetwork || isFinal(error)) throw error
        const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)]!
        shared.set({ connection: { state: "offline", retryAt: Date.now() + pause } })
        if (failures === FAILURES_TO_TELL) {
          shared.raise({ kind: "no-node", host: new URL(url).host })
        }
        await new Promise<void>((resolve) => {
          wake = resolve
          setTimeout(resolve, pause)
        })
      }
    }
  }

  /** Makes sure that this is the network the account is on, and that clocks agree. */
  async function meet(): Promise<void> {
    const { node, skewMs } = await describe(url, closed.signal)
    shared.settle("no-node")
    shared.set({ node })
    if (Math.abs(skewMs) < CLOCK_OFF_MS) shared.settle("clock")
    else shared.raise({ kind: "clock", minutes: Math.round(Math.abs(skewMs) / 60_000) })
    if (!node.network) return
    if (options.network && options.network !== node.network) {
      shared.raise({ kind: "other-network", mine: options.network, theirs: node.network })
      shared.set({ connection: { state: "offline" } })
      throw new OtherNetwork()
    }
    options.onNetwork(node.network)
  }

  return {
    client: () => client,
    async patiently(work) {
      const done = await patiently(work)
      shared.settle("no-node")
      return done
    },
    hurry: () => wake(),
    async close() {
      closed.abort()
      wake()
      await client.then((one) => one.close(), () => options.transport.close())
    },
  }
}

/** What no later attempt will mend: the keys, or this program. */
function isFinal(error: unknown): boolean {
  return error instanceof WaferError &&
    !["unavailable", "rate-limited", "node"].includes(error.code)
}

/** The account's messages are elsewhere; the page says where. */
export class OtherNetwork extends Error {}
