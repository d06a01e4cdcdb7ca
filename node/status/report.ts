import { toHex } from "../hex.ts"
import { fingerprintDigest } from "../store/fingerprint.ts"
import type { Waiting } from "../access/limit.ts"
import type { Hub } from "../hub.ts"
import type { Metrics } from "../metrics.ts"
import { version } from "../node-api.ts"
import type { Peers, PeersStatus } from "../p2p/mod.ts"
import type { Shards } from "../store/shard.ts"
import type { Store } from "../store/store.ts"
import { createHistory, type Series, stepMs } from "./history.ts"
import type { Event, Lately } from "./lately.ts"

/** What /status shows, and /status.json gives. */
export interface Report {
  /** The one sentence that answers whether all is well. */
  readonly sentence: string
  readonly well: boolean
  readonly node: { readonly version: string; readonly runtime: string; readonly network: string }
  readonly runningSeconds: number
  readonly stored: number
  readonly subscribers: number
  readonly series: Series
  readonly deliveryMs: number | undefined
  readonly peers: readonly PeerReport[] | undefined
  /** How the network divides topics, and what is known of each part. */
  readonly shards: { readonly count: number; readonly kept: readonly number[] }
  readonly held: readonly ShardReport[] | undefined
  /** How the node stands in its network; undefined when it has none. */
  readonly membership: MembershipReport | undefined
  readonly root: string
  readonly logHead: number
  readonly retentionMs: number
  readonly turnedAway: Readonly<Record<string, number>>
  readonly overLimit: readonly OverLimit[]
  readonly disk: Disk | undefined
  readonly lately: readonly Event[]
}

export interface PeerReport {
  readonly id: string
  /** Only for the operator. */
  readonly address?: string
  readonly direction: "inbound" | "outbound"
  readonly agrees: boolean | undefined
  readonly shards: readonly number[]
  /** Since it last held the same; undefined: never. */
  readonly equalSeconds: number | undefined
  /** Envelopes that one side alone held when they were last compared one by one. */
  readonly apart: number | undefined
  readonly connectedSeconds: number
}

/** A client that goes too fast right now. */
export interface OverLimit extends Omit<Waiting, "client"> {
  /** Only for the operator. */
  readonly client?: string
}

/** One shard; the fingerprints of what is kept for ever and of what expires only where this node keeps it. */
export interface ShardReport {
  readonly shard: number
  /** Connected peers that say they keep it. */
  readonly keepers: number
  readonly kept?: string
  readonly expiring?: string
}

export interface MembershipReport {
  readonly id: string
  /** Only for the operator. */
  readonly addresses?: readonly string[]
  readonly mode: "open" | "allowlist"
  readonly known: number
  readonly mesh: number
  /** Since any peer last held the same; undefined: never. */
  readonly equalSeconds: number | undefined
}

/** Bytes. */
export interface Disk {
  readonly used: number
  readonly free: number
}

export interface StatusOptions {
  readonly store: Store
  readonly hub: Hub
  readonly metrics: Metrics
  readonly peers: Peers | undefined
  readonly network: string
  readonly shards: Shards
  readonly retentionMs: number
  readonly ready: () => Promise<void>
  readonly disk: (() => Disk) | undefined
  /** Who is over its limit, the most refused first. */
  readonly waiting: () => readonly Waiting[]
  readonly lately: Lately
  readonly now: () => Date
}

export interface Status {
  /** `operator` sees the addresses of others too. */
  report(operator: boolean): Promise<Report>
  close(): void
}

const slowMs = 100
const mostWaiting = 8

export function createStatus(options: StatusOptions): Status {
  const { store, hub, metrics, peers, network, shards, retentionMs } = options
  const { ready, disk, waiting, lately, now } = options
  const history = createHistory(metrics)
  const timer = setInterval(history.sample, stepMs)
  const startedMs = now().getTime()

  const secondsSince = (atMs: number | undefined) =>
    atMs === undefined ? undefined : Math.round((now().getTime() - atMs) / 1000)

  async function fault(): Promise<string | undefined> {
    try {
      await ready()
      return undefined
    } catch (reason) {
      const text = reason instanceof Error ? reason.message : String(reason)
      if (/disk.*full|ENOSPC|no space/i.test(text)) return "the disk is full"
      return text
    }
  }

  async function sentence(
    series: Series,
    seen: PeersStatus | undefined,
  ): Promise<{ sentence: string; well: boolean }> {
    const reason = await fault()
    if (reason) return { sentence: `Not taking messages: ${reason}.`, well: false }
    const ackMs = series.ackMs.at(-1)
    if (ackMs !== undefined && ackMs > slowMs) {
      return { sentence: `Slow: acknowledgements take ${Math.round(ackMs)} ms.`, well: false }
    }
    const connected = seen?.peers.filter(({ wafer }) => wafer)
    if (connected?.length === 0) return { sentence: "No peers. This node is alone.", well: false }
    const orphaned = seen?.shards.find(({ keepers, sets }) => !keepers && !sets)
    if (orphaned) {
      const said = `Nobody here keeps shard ${orphaned.shard}: its topics cannot be served.`
      return { sentence: said, well: false }
    }
    // Who keeps nothing that this node keeps cannot agree with it.
    const comparable = connected?.filter(({ shards: theirs }) =>
      theirs.some((shard) => shards.kept.includes(shard))
    )
    if (!comparable?.length) return { sentence: "All is well.", well: true }
    return { sentence: `All is well. ${agreement(comparable)}`, well: true }
  }

  function membership(
    { id, addresses }: Peers,
    { mode, known, mesh, equalAt }: PeersStatus,
    operator: boolean,
  ): MembershipReport {
    return {
      id,
      ...(operator && { addresses }),
      mode,
      known,
      mesh,
      equalSeconds: secondsSince(equalAt),
    }
  }

  return {
    async report(operator) {
      const series = history.series()
      const kept = store.fingerprint("kept")
      const seen = peers?.status()
      return {
        ...await sentence(series, seen),
        node: { version, runtime: runtimeName(), network },
        runningSeconds: Math.round((now().getTime() - startedMs) / 1000),
        stored: Number(kept.count + store.fingerprint("expiring").count),
        subscribers: hub.subscribers,
        series,
        deliveryMs: history.deliveryMs(),
        peers: seen?.peers.filter(({ wafer }) => wafer).map((peer) => ({
          id: peer.id,
          ...(operator && { address: peer.address }),
          direction: peer.direction,
          agrees: peer.inAgreement,
          equalSeconds: secondsSince(peer.equalAt),
          apart: peer.apart,
          shards: peer.shards,
          connectedSeconds: Math.round(peer.connectedMs / 1000),
        })),
        membership: peers && seen && membership(peers, seen, operator),
        shards: { count: shards.count, kept: shards.kept },
        held: seen?.shards.map(({ shard, keepers, sets }) => ({
          shard,
          keepers,
          ...(sets && {
            kept: toHex(sets.kept.fingerprint),
            expiring: toHex(sets.expiring.fingerprint),
          }),
        })),
        root: toHex(fingerprintDigest(kept)),
        logHead: Number(store.head),
        retentionMs,
        turnedAway: history.turnedAway(),
        overLimit: waiting().slice(0, mostWaiting).map(({ client, ...rest }) => ({
          ...rest,
          ...(operator && { client }),
        })),
        disk: disk?.(),
        lately: lately.events(),
      }
    },

    close: () => clearInterval(timer),
  }
}

const numbers = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]

/** "Three peers agree, one is catching up." */
function agreement(peers: readonly { readonly inAgreement: boolean | undefined }[]): string {
  const agree = peers.filter(({ inAgreement }) => inAgreement).length
  const rest = peers.length - agree
  const word = (n: number): string => numbers[n] ?? String(n)
  const first = `${word(agree)} peer${agree === 1 ? " agrees" : "s agree"}`
  if (rest === 0) return `${first}.`
  return `${first}, ${word(rest).toLowerCase()} ${rest === 1 ? "is" : "are"} catching up.`
}

function runtimeName(): string {
  const { Deno, Bun, process } = globalThis as {
    Deno?: { version: { deno: string } }
    Bun?: { version: string }
    process?: { versions: { node?: string } }
  }
  if (Deno) return `Deno ${Deno.version.deno}`
  if (Bun) return `Bun ${Bun.version}`
  return process?.versions.node ? `Node ${process.versions.node}` : "a page"
}
