// The statistics of bench/timing.ts, at work for a moment. No time is asserted here: a busy machine would
// fail it, and a short run would pass what a long one finds.
import assert from "node:assert/strict"
import { test } from "node:test"
import { leakOf, subjects, welch } from "../bench/timing.ts"

test("Welch's t of two samples", () => {
  // A worked example of the textbooks: t = -2.46.
  // deno-fmt-ignore
  const a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
  // deno-fmt-ignore
  const b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4]
  assert.ok(Math.abs(welch(a, b) + 2.46) < 0.01, String(welch(a, b)))
  assert.equal(welch(a, a), 0)
})

test("every subject can be timed", () => {
  for (const subject of subjects) assert.ok(Number.isFinite(leakOf(subject, 200)), subject.name)
})
