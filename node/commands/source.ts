import { createClient, type Transport } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { NodeApi } from "@wafer/proto/node"
import type { Store } from "../store/store.ts"
import type { Archived } from "./archive.ts"

/** Where envelopes come from, and how many there are about. */
export interface Source {
  readonly total: number
  readonly envelopes: AsyncIterable<Archived>
}

/** Everything in the log of an open store. */
export function fromStore(store: Store): Source {
  async function* envelopes(): AsyncGenerator<Archived> {
    for (let seq = 0n;;) {
      const entries = await store.log(seq, 200)
      if (entries.length === 0) return
      seq = entries.at(-1)!.seq
      const found = await store.envelopes(entries)
      for (const [i, envelope] of found.entries()) {
        if (envelope) yield { envelope, receivedNs: entries[i]!.receivedNs }
      }
    }
  }
  const total = store.fingerprint("kept").count + store.fingerprint("expiring").count
  return { total: Number(total), envelopes: envelopes() }
}

/** Everything that a running node has stored when it is asked, and goes on serving meanwhile. */
export async function fromNode(baseUrl: string): Promise<Source> {
  const client = createClient(NodeApi, transportTo(baseUrl))
  const { stored } = await client.nodeInfo({})

  async function* envelopes(): AsyncGenerator<Archived> {
    const leave = new AbortController()
    try {
      for await (const { event } of client.follow({ sinceNs: 0n }, { signal: leave.signal })) {
        if (event.case === "caughtUp") return
        if (event.case === "item" && event.value.envelope) {
          yield { envelope: event.value.envelope, receivedNs: event.value.receivedNs }
        }
      }
    } finally {
      leave.abort()
    }
  }
  return { total: Number(stored), envelopes: envelopes() }
}

function transportTo(baseUrl: string): Transport {
  if (!baseUrl.startsWith("https:")) return createConnectTransport({ baseUrl, httpVersion: "1.1" })
  // On this machine a certificate proves nothing: it names what clients call the node. Over HTTP/2, as
  // Deno 2.9.5 cannot send a body over HTTP/1.1 to a certificate that it is told not to check.
  const nodeOptions = { rejectUnauthorized: false }
  return createConnectTransport({ baseUrl, httpVersion: "2", nodeOptions })
}
