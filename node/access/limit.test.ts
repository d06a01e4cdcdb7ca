import fc from "fast-check"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createLimiter, type Rates } from "./limit.ts"

const rates: Rates = {
  read: { burst: 100, perMinute: 60, priorityFactor: 5 },
  publish: { burst: 10, perMinute: 60, priorityFactor: 3 },
}

describe("a token bucket", () => {
  it("is full at first, and gives all or nothing", () => {
    const limiter = createLimiter(rates, () => 0)
    assert.equal(limiter.take("a", "publish", 8, false).allowed, true)
    const refused = limiter.take("a", "publish", 3, false)
    assert.equal(refused.allowed, false)
    assert.equal(refused.retryAfterSeconds, 1)
    assert.equal(refused.bucket, "RaPUB")
    assert.equal(limiter.take("a", "publish", 2, false).allowed, true)
  })

  it("counts classes and clients apart", () => {
    const limiter = createLimiter(rates, () => 0)
    limiter.take("a", "publish", 10, false)
    assert.equal(limiter.take("a", "publish", 1, false).allowed, false)
    assert.equal(limiter.take("a", "read", 100, false).allowed, true)
    assert.equal(limiter.take("b", "publish", 10, false).allowed, true)
    const priority = limiter.take("a", "publish", 30, true)
    assert.equal(priority.allowed, true)
    assert.equal(priority.bucket, "PaPUB")
  })

  it("fills for a client that never stops asking", () => {
    let now = 0
    const limiter = createLimiter(rates, () => now)
    limiter.take("a", "publish", 10, false)
    let passed = 0
    for (; now < 60_000; now += 10) if (limiter.take("a", "publish", 1, false).allowed) passed++
    assert.equal(passed, 59)
  })

  it("lets through what it promised, when it promised", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 10 }))),
        (calls) => {
          let now = 0
          const limiter = createLimiter(rates, () => now)
          for (const [wait, cost] of calls) {
            now += wait
            const { allowed, retryAfterSeconds } = limiter.take("a", "publish", cost, false)
            if (allowed) continue
            now += retryAfterSeconds * 1000
            assert.equal(limiter.take("a", "publish", cost, false).allowed, true)
          }
        },
      ),
      { seed: 20_260_104 },
    )
  })

  it("never lets more through than burst and refill together", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 70_000 }))),
        (calls) => {
          let now = 0
          let spent = 0
          const limiter = createLimiter(rates, () => now)
          for (const [wait, cost] of calls) {
            now += wait
            if (limiter.take("a", "read", cost, false).allowed) spent += cost
          }
          assert.ok(spent <= 100 + now / 1000 + 1e-6)
        },
      ),
      { seed: 20_260_105 },
    )
  })

  it("makes room by a tenth, and keeps whoever asked last", () => {
    let asked = 0
    const limiter = createLimiter(rates, () => (asked++, 0), 100)
    const used = (client: string): boolean => !limiter.take(client, "publish", 10, false).allowed
    for (let i = 0; i < 100; i++) limiter.take(`${i}`, "publish", 10, false)
    assert.equal(used("0"), true)
    asked = 0
    for (let i = 100; i < 110; i++) limiter.take(`${i}`, "publish", 1, false)
    assert.ok(asked < 40, "newcomers paid for room more than once")
    assert.equal(used("0"), true)
    assert.equal(used("1"), false)
  })

  it("tells who is over its limit, how often it asked, and when it is free again", () => {
    let now = 0
    const limiter = createLimiter(rates, () => now)
    limiter.take("a", "publish", 10, false)
    limiter.take("b", "read", 98, false)
    assert.deepEqual(limiter.waiting(), [])
    limiter.take("b", "read", 5, false)
    for (let i = 0; i < 3; i++) limiter.take("a", "publish", 2, false)
    // What is taken and given back meanwhile is no request.
    limiter.take("b", "read", 1, false)
    limiter.take("b", "read", -1, false)
    assert.deepEqual(limiter.waiting(), [
      { client: "a", kind: "publish", refused: 3, freeInSeconds: 2 },
      { client: "b", kind: "read", refused: 1, freeInSeconds: 3 },
    ])
    now = 2000
    assert.deepEqual(limiter.waiting(), [
      { client: "b", kind: "read", refused: 1, freeInSeconds: 1 },
    ])
    now = 3000
    assert.equal(limiter.take("b", "read", 5, false).allowed, true)
    assert.deepEqual(limiter.waiting(), [])
  })

  it("forgets who has been away, and bounds what it remembers", () => {
    let now = 0
    const limiter = createLimiter(rates, () => now, 3)
    for (const client of ["a", "b", "c"]) limiter.take(client, "publish", 10, false)
    limiter.take("d", "publish", 1, false)
    // "a" came first and was forgotten for "d": its bucket is new and full.
    assert.equal(limiter.take("d", "publish", 10, false).allowed, false)
    now += 60_000
    assert.equal(limiter.take("b", "publish", 10, false).allowed, true)
  })
})
