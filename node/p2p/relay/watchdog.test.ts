import assert from "node:assert/strict"
import { test } from "node:test"
import { createWatchdog, type Links, type Sickness } from "./watchdog.ts"

function scene(): {
  now: number
  sick: Partial<Record<"known" | "sends" | "receives" | "subscribed", boolean>>
  backlog: number
  renewed: Sickness[]
  tick(): void
} {
  const state = {
    now: 0,
    sick: {} as Partial<Record<"known" | "sends" | "receives" | "subscribed", boolean>>,
    backlog: 0,
    renewed: [] as Sickness[],
  }
  const links: Links = {
    relays: () => ["peer"],
    connections: () => [],
    known: () => !state.sick.known,
    sends: () => !state.sick.sends,
    receives: () => !state.sick.receives,
    subscribed: () => !state.sick.subscribed,
    backlog: () => state.backlog,
  }
  const watchdog = createWatchdog({
    links,
    now: () => state.now,
    patienceMs: 10,
    restMs: 30,
    maxBacklog: 1000,
    renew: (_, reason) => Promise.resolve(void state.renewed.push(reason)),
  })
  return Object.assign(state, { tick: watchdog.tick })
}

for (
  const [what, reason] of [
    ["known", "dropped"],
    ["sends", "outbound"],
    ["receives", "inbound"],
    ["subscribed", "unsubscribed"],
  ] as const
) {
  test(`a link that is ${reason} is renewed when it stays so`, () => {
    const s = scene()
    s.sick[what] = true
    s.tick()
    s.now = 9
    s.tick()
    assert.deepEqual(s.renewed, [])
    s.now = 10
    s.tick()
    assert.deepEqual(s.renewed, [reason])
  })
}

test("a link that recovers by itself is left alone", () => {
  const s = scene()
  s.sick.sends = true
  s.tick()
  s.now = 9
  s.sick.sends = false
  s.tick()
  s.now = 15
  s.sick.sends = true
  s.tick()
  s.now = 24
  s.tick()
  assert.deepEqual(s.renewed, [])
})

test("a peer is renewed once in a while, not at every look", () => {
  const s = scene()
  s.backlog = 1001
  for (s.now = 0; s.now < 100; s.now++) s.tick()
  assert.deepEqual(s.renewed, ["stuck", "stuck", "stuck"])
})
