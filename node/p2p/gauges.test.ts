import assert from "node:assert/strict"
import { test } from "node:test"
import { createRegistry } from "../metrics.ts"
import { unsharded } from "../store/shard.ts"
import { addGauges, type Readings } from "./gauges.ts"

type Peer = ReturnType<Readings["peers"]>[number]

const peer = (facts: Partial<Peer>): Peer => ({
  id: "p",
  address: "/ip4/192.0.2.1/tcp/5557",
  direction: "inbound",
  connectedMs: 0,
  wafer: true,
  shards: [0],
  inAgreement: undefined,
  equalAt: undefined,
  apart: undefined,
  score: 0,
  backlog: 0,
  connections: 1,
  ...facts,
})

test("each node of the network has its own series, for as long as it is connected", () => {
  const registry = createRegistry()
  let peers = [
    peer({ id: "equal", inAgreement: true, equalAt: 40_000, apart: 0, direction: "outbound" }),
    peer({ id: "apart", inAgreement: false, equalAt: 10_000, apart: 12, score: -3, backlog: 9 }),
    peer({ id: "new", connections: 3 }),
    peer({ id: "waku", wafer: false }),
  ]
  addGauges(registry, {
    peers: () => peers,
    known: () => 4,
    mesh: () => 2,
    queuedBytes: () => 0,
    pending: () => 0,
    equalAt: () => 40_000,
    sizeOf: () => 7,
    shards: unsharded,
    leastKeepers: () => 2,
    now: () => 50_000,
  })
  const lines = registry.text().split("\n")
  for (
    const line of [
      'wafer_p2p_peers{dir="inbound"} 3',
      'wafer_p2p_peers{dir="outbound"} 1',
      'wafer_p2p_root_match{peer="equal"} 1',
      'wafer_p2p_root_match{peer="apart"} 0',
      'wafer_p2p_peer_equal_seconds{peer="equal"} 10',
      'wafer_p2p_peer_equal_seconds{peer="apart"} 40',
      'wafer_p2p_peer_apart{peer="apart"} 12',
      "wafer_p2p_last_equal_seconds 10",
      "wafer_p2p_peer_score -3",
      "wafer_p2p_peer_write_buffer_bytes 9",
      "wafer_p2p_duplicate_connections 2",
    ]
  ) assert.ok(lines.includes(line), line)
  assert.ok(!lines.some((line) => /peer="(waku|new)"/.test(line)))
  peers = []
  assert.doesNotMatch(registry.text(), /peer="equal"/)
  assert.match(registry.text(), /^wafer_p2p_peers\{dir="inbound"\} 0$/m)
})
