import assert from "node:assert/strict"
import { test } from "node:test"
import { type PeersView, printPeers } from "./peers.ts"

const view: PeersView = {
  id: "12D3KooWHere",
  addresses: ["/ip4/192.0.2.1/tcp/5557/p2p/12D3KooWHere", "/ip6/::1/tcp/5557/p2p/12D3KooWHere"],
  mode: "open",
  network: "wafer",
  known: 7,
  mesh: 2,
  equalSeconds: 12,
  stored: 1234,
  root: "00ff",
  shards: { count: 1, kept: [0] },
  peers: [],
}

const peer = {
  id: "12D3KooWThere",
  address: "/ip4/192.0.2.2/tcp/5557/p2p/12D3KooWThere",
  direction: "outbound",
  agrees: true,
  equalSeconds: 12,
  apart: 0,
  shards: [0],
  connectedSeconds: 7300,
} as const

test("a network is told in lines that fit a terminal", () => {
  const peers = [
    peer,
    { ...peer, direction: "inbound", agrees: false, apart: 31, connectedSeconds: 200_000 },
    { ...peer, address: "/dns4/node.example/tcp/443", agrees: false, apart: undefined },
    {
      id: "12D3KooWHidden",
      direction: "inbound",
      agrees: undefined,
      equalSeconds: undefined,
      apart: undefined,
      shards: [],
      connectedSeconds: 0,
    },
  ] as const
  assert.equal(
    printPeers({ ...view, peers }),
    `network    wafer, open to all
this node  /ip4/192.0.2.1/tcp/5557/p2p/12D3KooWHere
           /ip6/::1/tcp/5557/p2p/12D3KooWHere
holds      1234 envelopes, root 00ff
peers      4 connected, 2 in the mesh, 7 known, equal 12 s ago

AGREES         SINCE  OPENED BY  PEER
yes, 12 s ago  2 h    us         /ip4/192.0.2.2/tcp/5557/p2p/12D3KooWThere
no, 31 apart   2 d    it         /ip4/192.0.2.2/tcp/5557/p2p/12D3KooWThere
no             2 h    us         /dns4/node.example/tcp/443/p2p/12D3KooWThere
not compared   0 s    it         /p2p/12D3KooWHidden`,
  )
})

test("a node without peers, asked by a stranger, says less", () => {
  const { addresses: _, equalSeconds: __, ...rest } = view
  assert.equal(
    printPeers({ ...rest, equalSeconds: undefined, mode: "allowlist" }),
    `network    wafer, only for those on its list
this node  12D3KooWHere
holds      1234 envelopes, root 00ff
peers      0 connected, 2 in the mesh, 7 known`,
  )
})

test("a divided network says who keeps what", () => {
  const shards = { count: 16, kept: [0, 3] }
  assert.equal(
    printPeers({ ...view, addresses: ["/here"], shards, peers: [{ ...peer, shards: [3, 5] }] }),
    `network    wafer, open to all
this node  /here
holds      1234 envelopes, root 00ff
keeps      shards 0 3 of 16
peers      1 connected, 2 in the mesh, 7 known, equal 12 s ago

AGREES         SINCE  OPENED BY  KEEPS  PEER
yes, 12 s ago  2 h    us         3 5    /ip4/192.0.2.2/tcp/5557/p2p/12D3KooWThere`,
  )
})
