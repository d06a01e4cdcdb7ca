// What one node bears as the network grows: a simulation of gossip over meshes of six, and the cost of
// storing and repairing everything, or one shard of it.
//   deno run bench/network/growth.ts

interface Spread {
  /** Copies that a node receives of one envelope, the first included. */
  readonly copies: number
  readonly hops: number
  /** Until the last node has it, with links of 50 ms on average. */
  readonly lastMs: number
}

const MESH = 6
const LINK_MS = 50

/** A random number in [0, 1) that is the same in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0
    const mixed = Math.imul(state ^ state >>> 13, 0x297a2d39)
    return ((mixed ^ mixed >>> 16) >>> 0) / 2 ** 32
  }
}

/** Neighbours of each node: three dialled by itself, three on average by others. */
function mesh(nodes: number, random: () => number): number[][] {
  const neighbours = Array.from({ length: nodes }, () => new Set<number>())
  for (let node = 0; node < nodes; node++) {
    for (
      let tries = 0;
      neighbours[node]!.size < Math.min(MESH / 2, nodes - 1) && tries < 50;
      tries++
    ) {
      const other = Math.floor(random() * nodes)
      if (other === node) continue
      neighbours[node]!.add(other)
      neighbours[other]!.add(node)
    }
  }
  return neighbours.map((set) => [...set])
}

/** One envelope, from one node to all: each sends what it hears first to all its neighbours but the sender. */
export function spread(nodes: number, seed = 1): Spread {
  const random = generator(seed)
  const neighbours = mesh(nodes, random)
  const heardAt = new Float64Array(nodes).fill(Infinity)
  const hops = new Uint16Array(nodes)
  // Events in buckets of a millisecond.
  const due: [number, number, number][][] = [[[0, -1, 0]]]
  let copies = 0
  let last = 0
  for (let ms = 0; ms < due.length; ms++) {
    for (const [node, from, hop] of due[ms] ?? []) {
      if (from >= 0) copies++
      if (heardAt[node]! < Infinity) continue
      heardAt[node] = last = ms
      hops[node] = hop
      for (const next of neighbours[node]!) {
        if (next === from) continue
        const at = ms + 1 + Math.floor(-Math.log(1 - random()) * LINK_MS)
        ;(due[at] ??= []).push([next, node, hop + 1])
      }
    }
  }
  return { copies: copies / (nodes - 1), hops: Math.max(...hops), lastMs: last }
}

/** Copies at a mesh of six, as simulated above. */
const COPIES = 3
/**
 * CPU for an envelope of 1 KiB on two shared cores: judging, forwarding and storing the first copy
 * (bench/network.ts, "1 KiB to another process"), and recognising another.
 */
const FIRST_CPU_MS = 0.6
const AGAIN_CPU_MS = 0.1
/** On the wire, and in the store with its keys. */
const WIRE_BYTES = 1024 + 140
const STORED_BYTES = 1024 + 700
const DAY = 86_400

/** What a node bears that keeps `share` of all envelopes. */
export function burden(
  perSecond: number,
  share = 1,
): { cores: number; mbitPerSecond: number; gigabytesPerDay: number } {
  const kept = perSecond * share
  return {
    cores: kept * (FIRST_CPU_MS + (COPIES - 1) * AGAIN_CPU_MS) / 1000,
    mbitPerSecond: kept * COPIES * WIRE_BYTES * 8 / 1e6,
    gigabytesPerDay: kept * STORED_BYTES * DAY / 1e9,
  }
}

if (import.meta.main) {
  for (const nodes of [10, 1000, 100_000]) {
    const { copies, hops, lastMs } = spread(nodes)
    console.log(`${nodes} nodes: ${copies.toFixed(1)} copies, ${hops} hops, all after ${lastMs} ms`)
  }
  console.log("\nenvelopes/s  share     cores   Mbit/s in   GB/day")
  for (const perSecond of [1, 10, 100, 1000, 10_000, 100_000]) {
    for (const share of [1, 1 / 16, 1 / 1024]) {
      const { cores, mbitPerSecond, gigabytesPerDay } = burden(perSecond, share)
      console.log(
        `${perSecond}`.padStart(11),
        share === 1 ? "  all  " : ` 1/${1 / share}`.padEnd(7),
        cores.toPrecision(2).padStart(8),
        mbitPerSecond.toPrecision(2).padStart(10),
        gigabytesPerDay.toPrecision(2).padStart(9),
      )
    }
  }
}
