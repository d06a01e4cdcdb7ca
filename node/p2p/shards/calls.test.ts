import assert from "node:assert/strict"
import { test } from "node:test"
import { silent } from "../../log.ts"
import { createRegistry } from "../../metrics.ts"
import { createPeerLog } from "../metrics.ts"
import { type Calls, createCalls } from "./calls.ts"

interface Scene {
  readonly calls: Calls
  readonly connected: Set<string>
  readonly dialled: string[]
  readonly misled: string[]
  readonly busy: Set<string>
  readonly clock: { now: number }
  counted(result: string): number
}

/** Peers "keeper N" of every shard; `answers` tells what becomes of a dial. */
function scene(
  known: number,
  answers: (peer: string) => "keeps" | "keeps other" | "away" | Promise<never> = () => "keeps",
): Scene {
  const registry = createRegistry()
  const connected = new Set<string>()
  const others = new Set<string>()
  const [dialled, misled] = [[] as string[], [] as string[]]
  const busy = new Set<string>()
  const clock = { now: 0 }
  const calls = createCalls({
    connected: () => [...connected],
    absent: () =>
      Array.from({ length: known }, (_, i) => `keeper ${i}`).filter((peer) => !connected.has(peer)),
    async dial(peer) {
      dialled.push(peer)
      const answer = await answers(peer)
      if (answer === "keeps") connected.add(peer)
      if (answer === "keeps other") others.add(peer)
      return answer !== "away"
    },
    hangUp(peer) {
      connected.delete(peer)
      others.delete(peer)
    },
    misled: (peer) => void misled.push(peer),
    inUse: (peer) => busy.has(peer),
    timeoutMs: 20,
    log: createPeerLog(registry, silent),
    now: () => clock.now,
  })
  const counted = (result: string) =>
    Number(
      registry.text().match(new RegExp(`forwards_total.*kind="call".*"${result}".* (\\d+)`))?.[1] ??
        0,
    )
  return { calls, connected, dialled, misled, busy, clock, counted }
}

test("as many are called as are lacking, and nobody twice", async () => {
  const { calls, connected, dialled, counted } = scene(9)
  await Promise.all([calls.call([1], 2), calls.call([1], 2)])
  assert.deepEqual([dialled.length, connected.size, counted("ok")], [2, 2, 2])
  await calls.call([1], 2)
  assert.equal(dialled.length, 2)
  await calls.call([1], 3)
  assert.equal(dialled.length, 3)
})

test("who is away or keeps something else is passed over, five times at most", async () => {
  const { calls, connected, dialled, misled, counted } = scene(
    9,
    (peer) => peer === "keeper 0" ? "away" : peer === "keeper 1" ? "keeps other" : "keeps",
  )
  await calls.call([1], 1)
  assert.deepEqual([[...connected], misled], [["keeper 2"], ["keeper 1"]])
  assert.deepEqual(["ok", "failed", "misled"].map(counted), [1, 1, 1])
  assert.equal(dialled.length, 3)
  const nobody = scene(20, () => "away")
  await nobody.calls.call([1], 2)
  assert.deepEqual([nobody.dialled.length, nobody.counted("failed")], [5, 5])
})

test("a client does not wait for who does not answer", async () => {
  const { calls, dialled } = scene(1, () => new Promise<never>(() => {}))
  await calls.call([1], 1)
  await calls.call([1], 1)
  assert.deepEqual(dialled, ["keeper 0"])
})

test("the one that was longest of no use makes room; who is in use stays", async () => {
  const { calls, connected, busy, clock, counted } = scene(100)
  for (let i = 1; i <= 32; i++) {
    clock.now++
    await calls.call([i], i)
  }
  assert.equal(connected.size, 32)
  calls.answered("keeper 0")
  busy.add("keeper 1")
  await calls.call([33], 33)
  assert.ok(connected.has("keeper 0") && connected.has("keeper 1") && !connected.has("keeper 2"))
  assert.equal(connected.size, 32)
  for (const peer of connected) busy.add(peer)
  await calls.call([34], 33)
  assert.equal(connected.size, 32)
  assert.ok(counted("full") >= 1)
})

test("whom nobody has asked for ten minutes is let go", async () => {
  const { calls, connected, busy, clock } = scene(3)
  await calls.call([1], 3)
  busy.add("keeper 1")
  clock.now = 500_000
  calls.answered("keeper 2")
  clock.now = 700_000
  calls.tick()
  assert.deepEqual([...connected], ["keeper 1", "keeper 2"])
  calls.forget("keeper 2")
  clock.now = 2_000_000
  calls.tick()
  assert.deepEqual([...connected], ["keeper 1", "keeper 2"])
})
