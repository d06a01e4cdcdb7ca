import assert from "node:assert/strict"
import { test } from "node:test"
import { createTurns } from "./turns.ts"

test("so many of a name run at a time, in their order, whether they fail or not", async () => {
  const inTurn = createTurns(2)
  const began: string[] = []
  const ends = new Map<string, (failed?: boolean) => void>()
  const run = (name: string, job: string) =>
    inTurn(name, () => {
      began.push(job)
      return new Promise<string>((resolve, reject) =>
        ends.set(job, (failed) => failed ? reject(new Error(job)) : resolve(job))
      )
    })
  const jobs = ["a", "b", "c", "d"].map((job) => run("one", job))
  const other = run("other", "e")
  await Promise.resolve()
  assert.deepEqual(began, ["a", "b", "e"])
  ends.get("b")!(true)
  await assert.rejects(jobs[1]!, /b/)
  assert.deepEqual(began, ["a", "b", "e", "c"])
  ends.get("a")!()
  assert.equal(await jobs[0], "a")
  assert.deepEqual(began, ["a", "b", "e", "c", "d"])
  for (const end of ends.values()) end()
  assert.deepEqual(await Promise.all([jobs[2], jobs[3], other]), ["c", "d", "e"])
})
