import assert from "node:assert/strict"
import { test } from "node:test"
import { sha256 } from "@noble/hashes/sha2.js"
import fc from "fast-check"
import vectors from "../../../../tests/vectors/p2p.json" with { type: "json" }
import { fromHex, toHex } from "../../../../tests/vectors.ts"
import { ReconcileError } from "./error.ts"
import { Index } from "./index.ts"
import { keyOf } from "./key.ts"
import { INFINITY, MessageWriter, VERSION } from "./message.ts"
import {
  compare,
  DEFAULT_LIMITS,
  initiate,
  initiateAtRandom,
  initiateWithIds,
  respond,
} from "./reconcile.ts"
import { encodeVarint, MAX_U64 } from "./varint.ts"

const START = 1_710_000_000_000_000_000n
const text = new TextEncoder()

function id(i: number): Uint8Array {
  return sha256(text.encode(`rbsr-vector-${i}`))
}

function indexOf(items: Iterable<readonly [bigint, number]>): Index {
  const index = new Index()
  for (const [ts, i] of items) index.insert(keyOf(ts, id(i)))
  return index
}

function spaced(numbers: readonly number[]): Index {
  return indexOf(numbers.map((i) => [START + BigInt(i) * 1_000_000_007n, i] as const))
}

function upTo(n: number, keep: (i: number) => boolean = () => true): number[] {
  return Array.from({ length: n }, (_, i) => i).filter(keep)
}

function sameTime(numbers: readonly number[]): Index {
  return indexOf(numbers.map((i) => [START, i] as const))
}

const sets: Record<string, () => [Index, Index]> = {
  "both empty": () => [spaced([]), spaced([])],
  "equal, small": () => [spaced(upTo(3)), spaced(upTo(3))],
  "small, one each way": () => [spaced([0, 1, 2, 4]), spaced([0, 2, 3, 4])],
  "equal, 40 (fingerprint split)": () => [spaced(upTo(40)), spaced(upTo(40))],
  "40, one missing at responder": () => [spaced(upTo(40)), spaced(upTo(40, (i) => i !== 17))],
  "64 items, one timestamp": () => [sameTime(upTo(64)), sameTime(upTo(64, (i) => i !== 5))],
  "extreme timestamps": () => [
    indexOf([[0n, 0], [(1n << 63n) - 1n, 1]]),
    indexOf([[0n, 0], [MAX_U64 - 1n, 2]]),
  ],
  "1000, scattered, no frame limit": () => [
    spaced(upTo(1000, (i) => i % 7 !== 0)),
    spaced(upTo(1000, (i) => i % 11 !== 0)),
  ],
  "first join, frame 4096": () => [spaced([]), spaced(upTo(500))],
}

interface Expected {
  readonly hex?: string
  readonly bytes?: number
  readonly sha256?: string
}

interface Session {
  readonly messages: Uint8Array[]
  readonly have: Set<string>
  readonly need: Set<string>
}

function run(a: Index, b: Index, frame: number, first = initiate(a)): Session {
  const limits = { ...DEFAULT_LIMITS, frame }
  const session: Session = { messages: [], have: new Set(), need: new Set() }
  let message: Uint8Array | undefined = first
  while (message !== undefined) {
    assert.ok(session.messages.length < 1000, "reconciliation ends")
    const answer = respond(b, message, limits)
    session.messages.push(message, answer)
    const step = compare(a, answer, limits)
    for (const id of step.have) session.have.add(toHex(id))
    for (const id of step.need) session.need.add(toHex(id))
    message = step.next
  }
  return session
}

for (const transcript of vectors.transcripts) {
  test(`transcript: ${transcript.name}`, () => {
    const [a, b] = sets[transcript.name]!()
    const { messages, have, need } = run(a, b, transcript.frame)
    assert.equal(messages.length, transcript.messages.length)
    assert.equal(messages.length / 2, transcript.rounds)
    for (const [i, expected] of (transcript.messages as Expected[]).entries()) {
      const hex = toHex(messages[i]!)
      if (expected.hex) assert.equal(hex, expected.hex)
      if (expected.bytes) assert.equal(messages[i]!.length, expected.bytes)
      if (expected.sha256) assert.equal(toHex(sha256(messages[i]!)), expected.sha256)
    }
    assert.equal(have.size, transcript.have_count)
    assert.equal(need.size, transcript.need_count)
    for (const id of transcript.have) assert.ok(have.has(id))
    for (const id of transcript.need) assert.ok(need.has(id))
  })
}

const timestamp = fc.oneof(
  fc.bigInt(0n, 5n),
  fc.bigInt(START, START + 1000n),
  fc.bigInt(0n, (1n << 63n) - 1n),
  fc.constant(MAX_U64 - 1n),
)
const member = fc.record({
  ts: timestamp,
  i: fc.integer({ min: 0, max: 1 << 20 }),
  where: fc.constantFrom("a", "b", "both", "both", "both"),
})
const members = fc.uniqueArray(member, { selector: (m) => m.i, maxLength: 1500, size: "max" })

test("two sets differ by exactly what reconciliation says", () => {
  fc.assert(
    fc.property(members, fc.constantFrom(0, 4096, 8192), fc.boolean(), (members, frame, random) => {
      const a = indexOf(members.filter((m) => m.where !== "b").map((m) => [m.ts, m.i] as const))
      const b = indexOf(members.filter((m) => m.where !== "a").map((m) => [m.ts, m.i] as const))
      const only = (side: string) =>
        members.filter((m) => m.where === side).map((m) => toHex(id(m.i))).sort()
      const { messages, have, need } = run(a, b, frame, random ? initiateAtRandom(a) : initiate(a))
      assert.deepEqual([...have].sort(), only("a"))
      assert.deepEqual([...need].sort(), only("b"))
      // The first message of an initiator is not cut: at most 31 ids, or 17 fingerprints.
      if (frame > 0) { for (const m of messages.slice(1)) assert.ok(m.length <= frame) }
    }),
    { numRuns: 60 },
  )
})

test("a list of all ids is a first message too", () => {
  const { have, need } = run(
    spaced([1, 2, 3]),
    spaced([2, 3, 4]),
    0,
    initiateWithIds(spaced([1, 2, 3])),
  )
  assert.deepEqual([...have], [toHex(id(1))])
  assert.deepEqual([...need], [toHex(id(4))])
})

test("a full frame never hides what the other side lacks entirely", () => {
  // The answers to ten ranges fill a frame of 4096 and the eleventh is too much. There the initiator
  // holds nothing, and behind it both are equal: so would a last fingerprint be that began there.
  const b = spaced(upTo(1200))
  const a = spaced(upTo(1200, (i) => i >= 1100 || (i < 1000 && i % 2 === 0)))
  const writer = new MessageWriter()
  for (let i = 1; i <= 11; i++) {
    const timestamp = START + BigInt(100 * i) * 1_000_000_007n
    const [low, high] = [50 * (i - 1), Math.min(50 * i, 500)]
    writer.fingerprint({ timestamp, prefix: new Uint8Array(0) }, a.fingerprint(low, high))
  }
  writer.fingerprint(INFINITY, a.fingerprint(500, a.size))
  const cut = respond(b, writer.finish(), { ...DEFAULT_LIMITS, frame: 4096 })
  const { have, need } = run(a, b, 0, compare(a, cut).next)
  assert.equal(have.size, 0)
  assert.equal(need.size, 500 + 100)
})

test("work is bounded by the number of fingerprints", () => {
  const a = spaced(upTo(4000, (i) => i % 3 !== 0))
  const b = spaced(upTo(4000, (i) => i % 5 !== 0))
  const limits = { ...DEFAULT_LIMITS, maxFingerprints: 64 }
  let message: Uint8Array | undefined = initiate(a)
  const need = new Set<string>()
  for (let rounds = 0; message !== undefined; rounds++) {
    assert.ok(rounds < 500)
    const step = compare(a, respond(b, message, limits), limits)
    step.need.forEach((id) => need.add(toHex(id)))
    message = step.next
  }
  assert.equal(need.size, upTo(4000, (i) => i % 3 === 0 && i % 5 !== 0).length)
})

test("another version is answered by ours, and ends an initiator", () => {
  assert.deepEqual(respond(spaced([1]), Uint8Array.of(0x62, 0)), Uint8Array.of(VERSION))
  assert.throws(() => compare(spaced([1]), Uint8Array.of(0x62)), code("version"))
})

const ids = (n: number) => "00".repeat(32 * n)
const hostile: Record<string, [string, string]> = {
  "nothing": ["", "truncated"],
  "a version of no family": ["51", "malformed"],
  "an unknown mode": ["61000003", "malformed"],
  "a prefix of 33 bytes": ["610021" + "00".repeat(33) + "00", "limit"],
  "a cut fingerprint": ["6100000100", "truncated"],
  "a cut list": ["61000002" + "03" + ids(2), "truncated"],
  "a list that only claims to be long": ["61000002" + "a0808000", "limit"],
  "two infinities": ["6100000000" + "0000", "malformed"],
  "bounds that stand still": ["61" + "050000" + "010000", "malformed"],
  "a prefix that goes back": ["61" + "050102" + "00" + "010101" + "00", "malformed"],
  "time beyond 2^64": [
    "61" + toHex(encodeVarint(MAX_U64)) + "0000" + "03" + "0000",
    "malformed",
  ],
  "too many ranges": ["61" + "020000".repeat(8193), "limit"],
}
for (const [name, [hex, expected]] of Object.entries(hostile)) {
  test(`refuses ${name}`, () => {
    const index = spaced(upTo(100))
    assert.throws(() => respond(index, fromHex(hex)), code(expected))
    assert.throws(() => compare(index, fromHex(hex)), code(expected))
  })
}

test("any bytes are answered or refused, nothing else", () => {
  const index = spaced(upTo(200))
  const [first] = run(index, spaced(upTo(100)), 0).messages.slice(-1)
  const noise = fc.uint8Array({ maxLength: 300 }).map((b) => Uint8Array.of(VERSION, ...b))
  const damaged = fc.tuple(fc.nat(first!.length - 1), fc.nat(255)).map(([at, byte]) => {
    const message = first!.slice()
    message[at] = byte
    return message
  })
  fc.assert(fc.property(fc.oneof(noise, damaged), (message) => {
    try {
      const answer = respond(index, message)
      assert.ok(answer.length < DEFAULT_LIMITS.frame)
    } catch (error) {
      assert.ok(error instanceof ReconcileError, String(error))
    }
  }))
})

test("a message is taken back to its mark", () => {
  const writer = new MessageWriter()
  writer.skip({ timestamp: 5n, prefix: Uint8Array.of(1) })
  const mark = writer.mark()
  writer.ids({ timestamp: 9n, prefix: new Uint8Array(0) }, [id(1)])
  writer.rewind(mark)
  writer.skip({ timestamp: 7n, prefix: new Uint8Array(0) })
  assert.equal(toHex(writer.finish()), "61" + "06010100" + "030000")
})

function code(expected: string): (error: unknown) => boolean {
  return (error) => error instanceof ReconcileError && error.code === expected
}
