import assert from "node:assert/strict"
import { test } from "node:test"
import { silent } from "../../log.ts"
import { createRegistry } from "../../metrics.ts"
import { BAN_MS, createFloodWatch, createGate } from "./gate.ts"
import { createPeerLog } from "../metrics.ts"

const log = () => createPeerLog(createRegistry(), silent)

test("an open gate lets in whom it has not sent away, and those again after a while", () => {
  let now = 0
  const gate = createGate([], () => now, log())
  assert.equal(gate.mode, "open")
  assert.equal(gate.allows("a"), true)
  gate.ban("a", "violation")
  assert.equal(gate.allows("a"), false)
  assert.equal(gate.allows("b"), true)
  now = BAN_MS
  assert.equal(gate.allows("a"), true)
})

test("a list lets in who is on it, unless sent away", () => {
  const gate = createGate(["a"], () => 0, log())
  assert.equal(gate.mode, "allowlist")
  assert.deepEqual([gate.allows("a"), gate.allows("b")], [true, false])
  gate.ban("a", "score")
  assert.equal(gate.allows("a"), false)
})

test("bans do not fill memory", () => {
  const gate = createGate([], () => 0, log())
  for (let i = 0; i < 20_000; i++) gate.ban(`peer ${i}`, "flood")
  assert.deepEqual([gate.allows("peer 0"), gate.allows("peer 19999")], [true, false])
})

test("a burst is forgiven, a minute of flood is not", () => {
  let now = 0
  const away: string[] = []
  const flooded = createFloodWatch(() => now, (peer) => away.push(peer))
  flooded("a")
  now = 120_000
  flooded("a")
  flooded("b")
  assert.deepEqual(away, [])
  for (now = 120_000; now <= 181_000; now += 1000) flooded("b")
  assert.deepEqual(away, ["b"])
})
