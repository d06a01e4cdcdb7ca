// Reconciliation without a network: what it costs in bytes, rounds and time.
import process from "node:process"
import { sha256 } from "@wafer/crypto"
import { Index } from "../../node/p2p/repair/rbsr/index.ts"
import { keyOf } from "../../node/p2p/repair/rbsr/key.ts"
import { compare, DEFAULT_LIMITS, initiate, respond } from "../../node/p2p/repair/rbsr/reconcile.ts"

const START = 1_750_000_000_000_000_000n

function ids(count: number): Uint8Array[] {
  const seed = new Uint8Array(8)
  const view = new DataView(seed.buffer)
  return Array.from({ length: count }, (_, i) => {
    view.setUint32(0, i)
    return sha256(seed)
  })
}

function indexOf(all: readonly Uint8Array[], keep: (i: number) => boolean): Index {
  const index = new Index()
  all.forEach((id, i) => {
    if (keep(i)) index.insert(keyOf(START + BigInt(i) * 1_000_003n, id))
  })
  return index
}

/** CPU that this process has used: a busy machine does not blur it. */
function cpuMs(): number {
  return process.cpuUsage().user / 1000
}

function session(a: Index, b: Index): Record<string, number> {
  const started = cpuMs()
  let up = 0
  let down = 0
  let rounds = 0
  const found = new Set<string>()
  let message: Uint8Array | undefined = initiate(a)
  while (message !== undefined) {
    rounds++
    up += message.length
    const answer = respond(b, message)
    down += answer.length
    const step = compare(a, answer, DEFAULT_LIMITS)
    for (const id of [...step.have, ...step.need]) found.add(id.join())
    message = step.next
  }
  return {
    rounds,
    upBytes: up,
    downBytes: down,
    cpuMs: cpuMs() - started,
    found: found.size,
  }
}

/** Sessions over `count` ids, by name. */
export function reconciliations(count: number): Record<string, Record<string, number>> {
  const all = ids(count)
  const started = cpuMs()
  const whole = indexOf(all, () => true)
  const insertMs = cpuMs() - started
  const newest = indexOf(all, (i) => i < count - 1000)
  const step = Math.floor(count / 1000)
  const scattered = indexOf(all, (i) => i % step !== 0)
  const n = count.toLocaleString("en")
  return {
    [`index of ${n} ids`]: { insertsPerSecond: count / insertMs * 1000 },
    [`${n} ids, equal`]: session(whole, whole),
    [`${n} ids, newest 1000 missing`]: session(newest, whole),
    [`${n} ids, 1000 missing all over`]: session(scattered, whole),
  }
}
