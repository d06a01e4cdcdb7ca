import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { createWindows } from "./window.ts"

const hourMs = 3_600_000
const topic = "/other/1/x/proto"
const ns = (ms: number) => BigInt(ms) * 1_000_000n

test("what is kept for ever may have any stamp", () => {
  const windows = createWindows(24 * hourMs, () => 1000 * hourMs)
  for (const stamp of [0n, ns(2000 * hourMs), (1n << 63n) - 1n]) {
    assert.equal(windows.fault("/xmtp/0/m-1/proto", stamp), undefined)
    assert.equal(createWindows(0, () => 1000 * hourMs).fault(topic, stamp), undefined)
  }
})

test("what expires is taken from the edge of retention to the second full hour ahead", () => {
  const windows = createWindows(24 * hourMs, () => 1000.5 * hourMs)
  const cases: [number, string | undefined][] = [
    [976 * hourMs - 1, "expired"],
    [976 * hourMs, undefined],
    [1001.5 * hourMs, undefined],
    [1002 * hourMs - 1, undefined],
    [1002 * hourMs, "future"],
    [9000 * hourMs, "future"],
  ]
  for (const [ms, fault] of cases) assert.equal(windows.fault(topic, ns(ms)), fault, String(ms))
})

test("what was removed is never taken again", () => {
  const ms = fc.integer({ min: 0, max: 100_000 * hourMs })
  fc.assert(fc.property(
    ms,
    ms,
    ms,
    fc.integer({ min: 1, max: 1000 * hourMs }),
    (arrival, later, ahead, retention) => {
      const stamp = ns(arrival + ahead % (3 * hourMs))
      let now = arrival
      const windows = createWindows(retention, () => now)
      fc.pre(windows.fault(topic, stamp) === undefined)
      now += later
      fc.pre(ns(arrival) < windows.removalNs())
      assert.equal(windows.fault(topic, stamp), "expired")
    },
  ))
})
