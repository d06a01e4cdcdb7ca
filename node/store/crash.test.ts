// A process may die, or an answer may be lost, at any step of any write. Deno KV itself is held to keep a
// commit whole; what is tried here is every state between two of the store's calls.
import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { currentRuntime } from "../runtime/current.ts"
import { bytesOf, type Kv, type KvAtomic } from "./deno-kv.ts"
import { itemOf, nameOf, storageId } from "./envelope.ts"
import { emptyFingerprint, type Fingerprint, withId } from "./fingerprint.ts"
import { kvStore } from "./kv.ts"
import { dayOf, readFingerprint, writeBody } from "./rows.ts"
import type { Item, LogEntry, Store } from "./store.ts"
import { isKept } from "./topic.ts"

const runtime = await currentRuntime()

/** The one step at which something happens, and whether the process outlives it. */
interface Fault {
  readonly step: number
  readonly lives: boolean
}

/** Deno KV with a fault. A commit is two steps: before it, and after it took effect, its answer lost. */
function faulty(kv: Kv, { step, lives }: Fault): { kv: Kv; steps(): number; dead(): boolean } {
  let steps = 0
  let dead = false
  /** Takes one step, unless it is the fatal one. */
  function pass(): void {
    if (dead) throw new Error("this process is dead")
    if (++steps !== step) return
    dead = !lives
    throw new Error(`lost at step ${step}`)
  }
  const wrapped = (real: KvAtomic): KvAtomic => {
    const atomic: KvAtomic = {
      check: (...checks) => (real.check(...checks), atomic),
      set: (key, value) => (real.set(key, value), atomic),
      delete: (key) => (real.delete(key), atomic),
      async commit() {
        pass()
        const result = await real.commit()
        pass()
        return result
      },
    }
    return atomic
  }
  return {
    steps: () => steps,
    dead: () => dead,
    kv: {
      // deno-lint-ignore require-await -- a throw becomes a rejection
      get: async (key) => (pass(), kv.get(key)),
      // deno-lint-ignore require-await
      getMany: async (keys) => (pass(), kv.getMany(keys)),
      async *list(selector, options) {
        pass()
        for await (const row of kv.list(selector, options)) {
          if (dead) return
          yield row
        }
      },
      atomic: () => wrapped(kv.atomic()),
      close: () => {},
    },
  }
}

function item(contentTopic: string, timestampNs: bigint, bytes: number): Item {
  const message = new Uint8Array(bytes).fill(Number(timestampNs))
  const envelope = create(EnvelopeSchema, { contentTopic, timestampNs, message })
  return itemOf(envelope, "client", 5n)
}

const dayNs = 86_400_000_000_000n
const [a, b, c] = [
  item("/xmtp/0/m-1/proto", 1n, 10),
  item("elsewhere", 2n, 10),
  item("/xmtp/0/m-1/proto", dayNs + 3n, 10),
]
const [large, larger] = [item("elsewhere", 4n, 130_000), item("/xmtp/0/m-2/proto", 5n, 700_000)]
const all = [a, b, c, large, larger]

/** What has happened to each envelope, as far as anybody was told. */
interface Told {
  /** Acknowledged, and not asked to be removed since. */
  readonly stored: Set<Item>
  readonly removed: Set<Item>
  /** Asked for, and never answered. */
  readonly open: Set<Item>
}

/** Once more for the answer that was lost. */
async function insist<T>(ask: () => Promise<T>, dead: () => boolean): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (dead()) throw error
    return await ask()
  }
}

/** Writes of every kind, one after the other. */
async function work(store: Store, told: Told, dead: () => boolean): Promise<void> {
  async function move(items: readonly Item[], to: Set<Item>, ask: () => Promise<unknown>) {
    for (const one of items) {
      told.stored.delete(one)
      told.removed.delete(one)
      told.open.add(one)
    }
    await insist(ask, dead)
    for (const one of items) {
      told.open.delete(one)
      to.add(one)
    }
  }
  const append = (...items: Item[]) =>
    move(items.filter((one) => !told.stored.has(one)), told.stored, () => store.append(items))
  const remove = (...items: Item[]) =>
    move(items, told.removed, async () => {
      const entries = await store.entries(items.map(({ id }) => id))
      await store.remove(entries.filter((entry) => entry !== undefined))
    })
  await append(a, b, a)
  await append(large, c)
  await append(larger, a)
  await remove(b, large)
  await append(large)
  await insist(store.tidy, dead)
}

/** Compares a store with what was told, with itself and with every row underneath. At most `removals` numbers of its log are gone. */
async function inspect(store: Store, kv: Kv, told: Told, removals: number): Promise<void> {
  const log = await store.log(0n, 1000)
  const names = log.map(({ id }) => nameOf(id))
  assert.equal(new Set(names).size, names.length, "an envelope is in the log twice")
  for (const one of told.stored) assert.ok(names.includes(nameOf(one.id)), "acknowledged, lost")
  for (const one of told.removed) assert.ok(!names.includes(nameOf(one.id)), "removed, there")
  const seqs = log.map(({ seq }) => Number(seq))
  assert.deepEqual(seqs, seqs.toSorted((x, y) => x - y))
  assert.ok(seqs.every((seq) => seq >= 1 && seq <= Number(store.head)))
  assert.ok(Number(store.head) - seqs.length <= removals, "the log has gaps")

  const present = all.filter(({ id }) => names.includes(nameOf(id)))
  for (const { envelope } of present) {
    const bounds = { startNs: envelope.timestampNs, endNs: envelope.timestampNs }
    const query = { ...bounds, topics: [envelope.contentTopic], descending: false, limit: 9 }
    const page = await store.page(query)
    assert.equal(page.length, 1)
    assert.deepEqual(Buffer.from(page[0]!.envelope.message), Buffer.from(envelope.message))
  }
  assert.deepEqual(
    (await store.envelopes(log)).map((envelope) => envelope && nameOf(storageId(envelope))),
    names,
  )

  const sums: Record<string, Fingerprint> = { kept: emptyFingerprint, expiring: emptyFingerprint }
  const days = new Map<string, Fingerprint>()
  for (const { id, contentTopic, timestampNs } of log) {
    const set = isKept(contentTopic) ? "kept" : "expiring"
    const day = `${set} ${dayOf(timestampNs)}`
    sums[set] = withId(sums[set]!, id)
    days.set(day, withId(days.get(day) ?? emptyFingerprint, id))
  }
  const plain = ({ sum, count }: Fingerprint): unknown => [[...sum], count]
  for (const set of ["kept", "expiring"] as const) {
    assert.deepEqual(plain(store.fingerprint(set)), plain(sums[set]!))
  }
  const rows = { t: 0, i: 0, l: 0, f: new Map<string, unknown>(), c: new Map<string, number>() }
  for await (const { key: [kind, one, two], value } of kv.list({ start: ["a"], end: ["z"] })) {
    if (kind === "f") rows.f.set(`${one} ${two}`, plain(readFingerprint(value)!))
    else if (kind === "c") {
      const id = nameOf(bytesOf(one))
      rows.c.set(id, (rows.c.get(id) ?? 0) + 1)
    } else if (kind === "t" || kind === "i" || kind === "l") rows[kind]++
  }
  assert.deepEqual(rows.f, new Map([...days].map(([day, sum]) => [day, plain(sum)])))
  const chunks = present.map((one): [string, number] => [
    nameOf(one.id),
    writeBody(one.envelope, one.id).chunks.length,
  ])
  assert.deepEqual(
    [rows.t, rows.i, rows.l, [...rows.c].toSorted()],
    [log.length, log.length, log.length, chunks.filter(([, count]) => count > 0).toSorted()],
  )
}

const nothingTold = (): Told => ({ stored: new Set(), removed: new Set(), open: new Set() })

/** Works until the fault, and looks at what is there afterwards; resolves with how many steps there were. */
async function tryFault(folder: string, fault: Fault): Promise<number> {
  const file = join(folder, `${fault.step}-${fault.lives}.kv`)
  const told = nothingTold()
  const shown: LogEntry[] = []
  const real = await runtime.openKv(file)
  const { kv, steps, dead } = faulty(real, fault)
  try {
    const store = await insist(() => kvStore(kv), dead)
    store.follow({
      arrived: (arrivals) => {
        for (const { seq, id, digest, receivedNs, envelope } of arrivals) {
          if (seq !== undefined) shown.push({ seq, id, digest, receivedNs, ...envelope })
        }
      },
    })
    await work(store, told, dead)
    await store.close()
  } catch (error) {
    if (!dead()) throw error
  }
  real.close()

  const again = await runtime.openKv(file)
  const store = await kvStore(again)
  const reached = told.removed.size > 0 || told.open.has(b) || told.open.has(large)
  // What followers were shown is in the log, under that number, unless it was removed.
  const log = new Map((await store.log(0n, 1000)).map(({ seq, id }) => [seq, nameOf(id)]))
  for (const { seq, id } of shown) {
    if (log.has(seq)) assert.equal(log.get(seq), nameOf(id))
    else assert.ok(reached, "shown, lost")
  }
  await store.tidy()
  await inspect(store, again, told, reached ? 2 : 0)
  // A client that was not answered sends all of it again.
  await store.append(all)
  await inspect(store, again, { ...nothingTold(), stored: new Set(all) }, reached ? 2 : 0)
  await store.close()
  return steps()
}

describe("a store on Deno KV", () => {
  for (const lives of [false, true]) {
    const happens = lives ? "that loses one answer" : "whose process dies"
    it(`${happens}, at whichever step, keeps what it acknowledged`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "wafer-crash-"))
      try {
        const steps = await tryFault(folder, { step: Infinity, lives })
        assert.ok(steps > 20, `only ${steps} steps`)
        const waiting = Array.from({ length: steps }, (_, i) => i + 1)
        // Side by side: most of the time is spent waiting for the disk.
        const worker = async (): Promise<void> => {
          for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
            await tryFault(folder, { step, lives }).catch((error) => {
              throw new Error(`at step ${step} of ${steps}: ${error.message}`, { cause: error })
            })
          }
        }
        await Promise.all([worker(), worker(), worker(), worker()])
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  }
})
