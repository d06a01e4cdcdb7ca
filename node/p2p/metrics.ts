// What the peer network counts, in one place: every drop, refusal and repair by its reason.
import type { Log } from "../log.ts"
import type { Counter, Histogram, Labels, Registry } from "../metrics.ts"

const counters = {
  dials: ["p2p_dials_total", "Dials by result"],
  zombies: ["p2p_zombie_links_total", "Connections that carried no gossip and were renewed"],
  gossipIn: ["p2p_gossip_rx_total", "Gossip received, by verdict and reason"],
  gossipBytes: ["p2p_gossip_bytes_total", "Bytes of gossip bodies, by direction"],
  publishDropped: [
    "p2p_publish_dropped_total",
    "Envelopes not gossiped, by reason; repair brings them",
  ],
  sessions: ["p2p_sync_sessions_total", "Reconciliations, by role and result"],
  syncBytes: ["p2p_sync_bytes_total", "Bytes of reconciliation, by direction"],
  missing: ["p2p_items_missing_total", "Envelopes found on one side only"],
  repaired: ["p2p_items_repaired_total", "Envelopes that repair has brought"],
  unserved: ["p2p_unserved_ids_total", "Ids that peers named and could not serve"],
  auditMismatch: ["p2p_audit_mismatch_total", "Hours that differed under equal fingerprints"],
  corrupt: ["p2p_corrupt_rows_total", "Stored envelopes that did not match their id"],
  forwards: [
    "p2p_forwards_total",
    "Requests for topics of other nodes' shards, by role, kind and result",
  ],
  limited: ["p2p_rate_limited_total", "Requests of peers turned away, by kind"],
  storeQueries: ["p2p_store_queries_total", "Queries of Waku tools, by status"],
  bans: ["p2p_bans_total", "Peers sent away, by reason"],
  violations: ["p2p_violations_total", "Broken protocols, by protocol and code"],
} as const

export type PeerCount = keyof typeof counters

/** Counts and says what happens in the network. */
export interface PeerLog {
  count(name: PeerCount, labels?: Labels, amount?: number): void
  readonly say: Log
  readonly rounds: Histogram
  readonly syncSeconds: Histogram
  readonly recipients: Histogram
  readonly judgementSeconds: Histogram
  readonly propagationSeconds: Histogram
}

export function createPeerLog(registry: Registry, say: Log): PeerLog {
  const made = Object.fromEntries(
    Object.entries(counters).map((
      [key, [name, help]],
    ) => [key, registry.counter(`wafer_${name}`, help)]),
  ) as Record<PeerCount, Counter>
  return {
    count: (name, labels, amount = 1) => made[name].add(amount, labels),
    say,
    rounds: registry.histogram("wafer_p2p_sync_rounds", "Rounds of a reconciliation", [
      1,
      2,
      4,
      8,
      16,
      64,
      256,
    ]),
    syncSeconds: registry.histogram("wafer_p2p_sync_seconds", "Time of a reconciliation", [
      0.01,
      0.1,
      1,
      10,
      60,
    ]),
    recipients: registry.histogram("wafer_p2p_publish_recipients", "Peers that a publish went to", [
      0,
      1,
      2,
      4,
      8,
      16,
      100,
    ]),
    judgementSeconds: registry.histogram(
      "wafer_p2p_validator_seconds",
      "Time to judge one gossiped message",
      [0.0001, 0.001, 0.01, 0.1],
    ),
    propagationSeconds: registry.histogram(
      "wafer_p2p_propagation_seconds",
      "Time from an envelope's stamp to its arrival by gossip",
      [0.01, 0.05, 0.1, 0.5, 1, 5, 60],
    ),
  }
}
