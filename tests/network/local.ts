// Nodes of one process that meet over loopback: the store in memory, everything else as in a node.
import { create } from "@bufbuild/protobuf"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import { createIngest, type Ingest } from "../../node/ingest.ts"
import { createLog, silent } from "../../node/log.ts"
import { createMetrics, type Metrics } from "../../node/metrics.ts"
import { DEFAULT_CONFIG, type Peers, type PeersOptions, startPeers } from "../../node/p2p/mod.ts"
import { defaultLimits } from "../../node/refusal.ts"
import type { Store } from "../../node/store/store.ts"
import { memoryStore } from "../../node/store/memory.ts"
import { createWindows } from "../../node/store/window.ts"
import process from "node:process"

export interface LocalNode extends AsyncDisposable {
  readonly store: Store
  readonly ingest: Ingest
  readonly metrics: Metrics
  readonly peers: Peers
  /** As a client would. */
  publish(...envelopes: Envelope[]): Promise<void>
  /** How many envelopes it has stored. */
  count(): number
  close(): Promise<void>
}

/** Intervals short enough for a test, and no limit on connections from one host. */
export const QUICK: NonNullable<PeersOptions["config"]> = {
  listen: ["/ip4/127.0.0.1/tcp/0"],
  inboundPerSecond: 100,
  timings: {
    dial: 200,
    watch: 200,
    // A busy machine takes its time until a link is whole: to renew it before is to begin anew for ever.
    patience: 5000,
    renewRest: 2000,
    exchange: 1000,
    greet: 100,
    recent: 1000,
    full: 3000,
    settle: 100,
    sessionGap: 100,
  },
}

export async function localNode(
  config: PeersOptions["config"] = {},
  options: Partial<PeersOptions> & { store?: Store } = {},
): Promise<LocalNode> {
  const store = options.store ?? memoryStore()
  const metrics = createMetrics()
  const limits = defaultLimits
  const log = process.env.WAFER_TEST_LOG ? createLog(console.error, "debug") : silent
  const windows = createWindows(config.retentionMs ?? DEFAULT_CONFIG.retentionMs, Date.now)
  const ingest = createIngest({ store, limits, windows, metrics, log, now: () => new Date() })
  const peers = await startPeers({
    ...options,
    store,
    ingest,
    limits,
    registry: metrics.registry,
    log,
    config: { ...QUICK, ...config, timings: { ...QUICK.timings, ...config.timings } },
  })
  const close = async () => {
    await peers.close()
    await ingest.close()
    await store.close()
  }
  return {
    store,
    ingest,
    metrics,
    peers,
    publish: async (...envelopes) => void await ingest.accept(envelopes, "client"),
    count: () => Number(store.fingerprint("kept").count + store.fingerprint("expiring").count),
    close,
    [Symbol.asyncDispose]: close,
  }
}

let published = 0

/** An envelope that no other call made. */
export function envelope(
  facts: Partial<Pick<Envelope, "contentTopic" | "timestampNs" | "message">> = {},
): Envelope {
  const message = new Uint8Array(64)
  new DataView(message.buffer).setUint32(0, ++published)
  return create(EnvelopeSchema, {
    contentTopic: "/xmtp/0/m-test/proto",
    timestampNs: BigInt(Date.now()) * 1_000_000n + BigInt(published % 1_000_000),
    message,
    ...facts,
  })
}

/** Resolves when `holds` is true, with the milliseconds it took; fails with what `story` says after `ms`. */
export async function until(
  holds: () => boolean,
  ms: number,
  story: () => string,
): Promise<number> {
  const started = Date.now()
  while (!holds()) {
    if (Date.now() - started > ms) throw new Error(`not within ${ms} ms: ${story()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return Date.now() - started
}

/** The value of a metric, summed over its labels; `where` is a part of the label text. */
export function metric(node: { metrics: Metrics }, name: string, where = ""): number {
  return node.metrics.registry.text().split("\n")
    .filter((line) => line.startsWith(name) && line.includes(where) && !line.startsWith("#"))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)
}
