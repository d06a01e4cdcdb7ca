// Writers and followers of nodes that die and come back, and how their books are compared.
import { create } from "@bufbuild/protobuf"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { type Envelope, EnvelopeSchema, MessageApi } from "@wafer/proto"
import { NodeApi } from "@wafer/proto/node"
import assert from "node:assert/strict"
import { account } from "./token.ts"

const authorization = account(21).authorization()
export const topics = ["/xmtp/0/m-a/proto", "/xmtp/0/m-b/proto", "elsewhere"]

/** A node that dies and comes back; `url` is where it answers now. */
export interface Mortal {
  url: string
  over: boolean
}

export const nameOf = ({ timestampNs }: Envelope): string => String(timestampNs)
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Publishes on and on, and notes what was acknowledged and what may have been stored. */
export async function write(
  node: Mortal,
  writer: number,
  acknowledged: string[],
  sent: Set<string>,
) {
  for (let n = 0; !node.over; n++) {
    const client = createClient(
      MessageApi,
      createConnectTransport({ baseUrl: node.url, httpVersion: "1.1" }),
    )
    const envelopes = Array.from({ length: 1 + n % 3 }, (_, i) =>
      create(EnvelopeSchema, {
        contentTopic: topics[(n + i) % topics.length]!,
        timestampNs: BigInt(writer * 10_000_000 + n * 10 + i),
        message: new Uint8Array(n % 17 === 0 ? 100_000 : 200).fill(writer),
      }))
    envelopes.forEach((envelope) => sent.add(nameOf(envelope)))
    try {
      await client.publish({ envelopes }, { headers: { authorization }, timeoutMs: 3000 })
      acknowledged.push(...envelopes.map(nameOf))
    } catch {
      await pause(20)
    }
  }
}

/** Follows on and on from its last cursor, whatever happens to the node. */
export async function read(node: Mortal, wanted: string[], seen: string[], isDone: () => boolean) {
  let cursor = new Uint8Array()
  while (!isDone()) {
    const leave = new AbortController()
    const client = createClient(
      NodeApi,
      createConnectTransport({ baseUrl: node.url, httpVersion: "1.1" }),
    )
    const check = setInterval(() => isDone() && leave.abort(), 50)
    try {
      const request = cursor.length > 0 ? { cursor } : { sinceNs: 0n }
      const events = client.follow({ contentTopics: wanted, ...request }, { signal: leave.signal })
      for await (const event of events) {
        cursor = Uint8Array.from(event.cursor)
        if (event.event.case === "item") seen.push(nameOf(event.event.value.envelope!))
      }
    } catch {
      await pause(20)
    } finally {
      clearInterval(check)
      leave.abort()
    }
  }
}

export async function readLog(url: string): Promise<Envelope[]> {
  const client = createClient(NodeApi, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }))
  const leave = new AbortController()
  const log: Envelope[] = []
  for await (const { event } of client.follow({ sinceNs: 0n }, { signal: leave.signal })) {
    if (event.case === "caughtUp") break
    if (event.case === "item") log.push(event.value.envelope!)
  }
  leave.abort()
  return log
}

/** What one follower was shown. Without wanted topics it follows all. */
export interface View {
  readonly wanted: string[]
  readonly seen: string[]
}

export interface History {
  readonly log: readonly Envelope[]
  readonly acknowledged: readonly string[]
  readonly sent: ReadonlySet<string>
  readonly views: readonly View[]
}

/** What a follower should have seen of a log. */
export function shownOf(log: readonly Envelope[], { wanted }: View): string[] {
  return log.filter(({ contentTopic }) => wanted.length === 0 || wanted.includes(contentTopic))
    .map(nameOf)
}

/** Compares the books of writers and followers with the log. */
export function checkHistory({ log, acknowledged, sent, views }: History): void {
  const names = log.map(nameOf)
  const stored = new Set(names)
  assert.equal(stored.size, names.length, "an envelope is in the log twice")
  assert.deepEqual(acknowledged.filter((name) => !stored.has(name)), [], "acknowledged, lost")
  assert.deepEqual(names.filter((name) => !sent.has(name)), [], "stored, never sent")
  for (const view of views) {
    const { seen, wanted } = view
    assert.equal(new Set(seen).size, seen.length, "a follower has seen something twice")
    // A follower of topics is shown their past in the order of sender time; then the log.
    const all = wanted.length === 0
    const told = shownOf(log, view)
    assert.deepEqual(all ? seen : seen.toSorted(), all ? told : told.toSorted())
  }
}
