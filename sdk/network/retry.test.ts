import assert from "node:assert/strict"
import { test } from "node:test"
import { WaferError } from "../error.ts"
import { coded } from "../testing/coded.ts"
import { pauseMs, retrying } from "./retry.ts"

/** A call that nobody answers. */
const unanswered = (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  )

test("a call that nobody answers is made again", async () => {
  let calls = 0
  const answer = await retrying(
    (signal) => ++calls === 1 ? unanswered(signal) : Promise.resolve("answer"),
    undefined,
    10,
  )
  assert.equal(answer, "answer")
  assert.equal(calls, 2)
})

test("what the caller ends is not made again", async () => {
  const ending = new AbortController()
  let calls = 0
  const call = retrying((signal) => (calls++, unanswered(signal)), ending.signal)
  ending.abort(new Error("enough"))
  await assert.rejects(call, /enough/)
  assert.equal(calls, 1)
})

test("what will not pass is thrown at once", async () => {
  let calls = 0
  const refused = () => {
    calls++
    return Promise.reject(new WaferError("rejected", "no"))
  }
  await assert.rejects(retrying(refused, undefined), coded("rejected"))
  assert.equal(calls, 1)
})

test("pauses double up to five seconds, and no two clients take the same", () => {
  for (let failures = 1; failures < 20; failures++) {
    const longest = Math.min(100 * 2 ** (failures - 1), 5000)
    const pauses = Array.from({ length: 50 }, () => pauseMs(failures, undefined))
    assert.ok(pauses.every((ms) => ms >= longest / 2 && ms <= longest), `after ${failures}`)
    assert.ok(new Set(pauses).size > 1)
  }
})

test("a node that asks for patience is given it, up to a minute", () => {
  const asking = (retryAfterMs: number) => new WaferError("rate-limited", "wait", { retryAfterMs })
  for (const failures of [1, 6]) {
    const pause = pauseMs(failures, asking(20_000))
    assert.ok(pause >= 20_000 && pause <= 22_500)
    assert.ok(pauseMs(failures, asking(99_999_999_999_000)) <= 62_500)
  }
})

test("a call does not wait longer than a minute: that the node asks for more is told", async () => {
  const error = new WaferError("rate-limited", "wait", { retryAfterMs: 61_000 })
  await assert.rejects(retrying(() => Promise.reject(error), undefined), error)
})
