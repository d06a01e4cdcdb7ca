import assert from "node:assert/strict"
import { test } from "node:test"
import { WaferError } from "../error.ts"
import { coded } from "../testing/coded.ts"
import { retrying } from "./retry.ts"

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
