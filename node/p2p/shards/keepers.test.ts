import assert from "node:assert/strict"
import { test } from "node:test"
import { create } from "@bufbuild/protobuf"
import { ForwardFrame_RefusedSchema } from "@wafer/proto/p2p"
import { Refusal } from "../../refusal.ts"
import { Declined } from "./forward-frames.ts"
import { createKeepers, type Keepers } from "./keepers.ts"

function scene(candidates: string[]): {
  keepers: Keepers
  asked: string[]
  blamed: string[]
  wrong: Map<string, Error>
  clock: { now: number }
  ask(enough?: number): Promise<string[]>
} {
  const asked: string[] = []
  const blamed: string[] = []
  const wrong = new Map<string, Error>()
  const clock = { now: 0 }
  const keepers = createKeepers({
    candidates: () => candidates,
    shards: 4,
    call: () => Promise.resolve(),
    answered: () => {},
    blame: (peer) => void blamed.push(peer),
    now: () => clock.now,
  })
  const ask = (enough = 1) =>
    keepers.ask(1, enough, (peer) => {
      asked.push(peer)
      const error = wrong.get(peer)
      return error ? Promise.reject(error) : Promise.resolve(peer)
    })
  return { keepers, asked, blamed, wrong, clock, ask }
}

test("one keeper is asked as long as it answers", async () => {
  const candidates = ["a", "b", "c"]
  const { ask } = scene(candidates)
  assert.deepEqual(await ask(), ["a"])
  candidates.reverse()
  assert.deepEqual(await ask(), ["a"])
  candidates.splice(candidates.indexOf("a"), 1)
  assert.deepEqual([await ask(), await ask()], [["c"], ["c"]])
})

test("the next is asked, and the one that failed is not for a minute", async () => {
  const { ask, asked, blamed, wrong, clock } = scene(["a", "b"])
  wrong.set("a", new Error("slow"))
  assert.deepEqual(await ask(2), ["b"])
  assert.deepEqual([asked, blamed], [["a", "b"], ["a"]])
  assert.deepEqual(await ask(2), ["b"])
  assert.equal(asked.length, 3)
  clock.now = 60_000
  wrong.clear()
  assert.deepEqual((await ask(2)).sort(), ["a", "b"])
})

test("who failed is asked again when there is nobody else", async () => {
  const { ask, wrong } = scene(["a"])
  wrong.set("a", new Error("slow"))
  await assert.rejects(ask(), (e) => e instanceof Refusal && /shard 1 of 4/.test(e.message))
  wrong.clear()
  assert.deepEqual(await ask(), ["a"])
})

test("who declines is asked last: five who always do are in nobody's way for long", async () => {
  const decliners = ["a", "b", "c", "d", "e"]
  const { ask, asked, wrong } = scene([...decliners, "honest"])
  for (const peer of decliners) {
    wrong.set(peer, new Declined(create(ForwardFrame_RefusedSchema, { reason: "not kept here" })))
  }
  await assert.rejects(ask(), Refusal)
  assert.deepEqual([await ask(), await ask()], [["honest"], ["honest"]])
  assert.equal(asked.length, decliners.length + 2)
})

test("a cursor of another log says nothing of who declines it", async () => {
  const { ask, wrong } = scene(["a", "b"])
  const foreign = { reason: "not of this node's log", foreignCursor: true }
  wrong.set("a", new Declined(create(ForwardFrame_RefusedSchema, foreign)))
  assert.deepEqual(await ask(), ["b"])
  wrong.clear()
  assert.deepEqual(await ask(), ["a"])
})

test("no more than five fail", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `peer ${i}`)
  const { ask, asked, wrong } = scene(names)
  for (const name of names) wrong.set(name, new Error("slow"))
  await assert.rejects(ask(2), Refusal)
  assert.ok(asked.length <= 6, `${asked.length}`)
})

test("keepers of several shards are those of each", async () => {
  const kept: Record<number, string[]> = { 0: ["a", "b", "c"], 1: ["c", "b"], 2: ["d"] }
  const { ofAll } = createKeepers({
    candidates: (shard) => kept[shard]!,
    shards: 4,
    call: () => Promise.resolve(),
    answered: () => {},
    blame: () => {},
    now: () => 0,
  })
  assert.deepEqual(await ofAll([0, 1]), ["b", "c"])
  assert.deepEqual(await ofAll([0, 2]), [])
})
