// Faults in virtual time, judged by the history of the run. Every run can be had again from its seed.
import assert from "node:assert/strict"
import process from "node:process"
import { test } from "node:test"
import { virtualClock } from "./clock.ts"
import { envelope } from "./local.ts"
import { createWorld, type Faults, type World } from "./simulation.ts"

const START = Date.UTC(2026, 0, 10, 12, 30)
const MINUTE = 60_000

/** More runs, or one that has failed, for whoever wants them. */
const seeds = Number(process.env.FAULT_SEEDS ?? 25)
const first = Number(process.env.FAULT_SEED ?? 1)

/** Mulberry32. */
function seeded(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32
  }
}

const many = (count: number, topic = "/xmtp/0/m-1/proto") =>
  Array.from({ length: count }, () => envelope({ contentTopic: topic }))

async function judged(world: World, became: boolean, story: string): Promise<void> {
  try {
    assert.deepEqual(world.surprises, [])
    assert.ok(became, "not equal within the time")
    await world.history.judge(world.stores)
  } catch (cause) {
    throw new Error(story, { cause })
  }
}

/** Two nodes apart, one of which dies at its nth step and comes back; resolves with whether it came to that. */
async function dyingAt(
  victim: string,
  nth: number,
  [here, there]: readonly [number, number],
): Promise<boolean> {
  using clock = virtualClock(START)
  const faults: Faults = { random: seeded(nth), drop: 0, duplicate: 0, delayMs: 5 }
  const world = createWorld(["a", "b"], faults)
  const common = many(30)
  await world.fill("a", [...common, ...many(here), ...many(5, "other")])
  await world.fill("b", [...common, ...many(there), ...many(7, "other")])
  let steps = 0
  world.onStep = (node) => {
    if (node !== victim || ++steps !== nth) return
    world.kill(victim)
    setTimeout(() => void world.start(victim), 500)
  }
  await world.start("a")
  await world.start("b")
  const became = await clock.until(world.equal, 2 * MINUTE)
  for (const name of ["a", "b"]) world.kill(name)
  await judged(world, became, `${victim} died at step ${nth}`)
  return steps >= nth
}

test("a node dies at every step of a repair, and comes back", { timeout: 300_000 }, async () => {
  for (const victim of ["a", "b"]) {
    let nth = 1
    while (await dyingAt(victim, nth, [40, 25])) nth++
    assert.ok(nth > 30, `${victim} takes only ${nth} steps`)
  }
})

test("a node dies on and on while it copies a large set", { timeout: 300_000 }, async () => {
  // The one that serves takes many steps, the one that copies few.
  for (const [victim, stride, steps] of [["a", 61, 200], ["b", 7, 40]] as const) {
    let nth = 1
    while (await dyingAt(victim, nth, [1200, 3])) nth += stride
    assert.ok(nth > steps, `${victim} takes only ${nth} steps`)
  }
})

/** Three nodes that publish for a while in a world that gets worse, which then heals. */
async function chaos(seed: number): Promise<void> {
  using clock = virtualClock(START)
  const random = seeded(seed)
  const names = ["a", "b", "c"]
  const someone = () => names[Math.floor(random() * names.length)]!
  const world = createWorld(names, { random, drop: 0.2, duplicate: 0.2, delayMs: 50 })
  for (const name of names) await world.start(name)
  const dead = new Set<string>()
  const revive = (name: string) => dead.delete(name) && void world.start(name)
  for (let step = 0; step < 60; step++) {
    const [one, other, chance] = [someone(), someone(), random()]
    if (chance < 0.5) {
      if (!dead.has(one)) {
        // A publisher that is not told of success may be right or wrong about it.
        void world.publish(one, many(1 + Math.floor(random() * 8))).catch(() => {})
      }
    } else if (chance < 0.6) {
      if (one !== other) world.link(one, other, false)
    } else if (chance < 0.7) {
      if (one !== other) world.link(one, other, true)
    } else if (chance < 0.8) {
      // At a step of its own, in the middle of whatever it does.
      let left = Math.floor(random() * 30)
      world.onStep = (node) => {
        if (node !== one || left-- > 0 || dead.has(one)) return
        dead.add(one)
        world.kill(one)
      }
    } else if (chance < 0.9) {
      revive(one)
    }
    await clock.until(() => false, random() * 500)
  }
  world.onStep = () => {}
  for (const name of names) {
    revive(name)
    for (const other of names) if (other !== name) world.link(name, other, true)
  }
  const became = await clock.until(world.equal, 2 * MINUTE)
  for (const name of names) world.kill(name)
  await judged(world, became, `seed ${seed}`)
}

test("what was acknowledged survives loss, cuts and deaths in any order", {
  timeout: 300_000 + seeds * 1000,
}, async () => {
  for (let seed = first; seed < first + seeds; seed++) await chaos(seed)
})

test("a partition with 10 000 envelopes on each side, and ten minutes of it", {
  timeout: 300_000,
}, async () => {
  using clock = virtualClock(START)
  const names = ["a", "b", "c"]
  const world = createWorld(names, { random: seeded(1), drop: 0, duplicate: 0, delayMs: 5 })
  for (const name of names) await world.start(name)
  assert.ok(await clock.until(world.equal, MINUTE))
  for (const other of ["b", "c"]) world.link("a", other, false)
  for (let i = 0; i < 10; i++) {
    await Promise.all(["a", "b"].map((name) => world.publish(name, many(1000))))
    await clock.until(() => false, MINUTE)
  }
  const held = names.map((name) => Number(world.stores.get(name)!.fingerprint("kept").count))
  assert.deepEqual(held, [10_000, 10_000, 10_000])
  for (const other of ["b", "c"]) world.link("a", other, true)
  const became = await clock.until(world.equal, MINUTE)
  for (const name of names) world.kill(name)
  await judged(world, became, "after the partition")
})
