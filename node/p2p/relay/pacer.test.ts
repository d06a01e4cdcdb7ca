import assert from "node:assert/strict"
import { test } from "node:test"
import { createPacer, type PacerLimits } from "./pacer.ts"

const limits: Partial<PacerLimits> = {
  waitBytes: 100,
  skipBytes: 400,
  skipMs: 50,
  queueBytes: 1000,
  queueLength: 5,
  pollMs: 1,
}

function scene(): {
  backlog: Map<string, number>
  sent: number[]
  dropped: number[]
  /** How often it has looked whether it may send. */
  readonly looks: number
  pacer: ReturnType<typeof createPacer>
} {
  let looks = 0
  const backlog = new Map<string, number>()
  const sent: number[] = []
  const dropped: number[] = []
  const pacer = createPacer({
    backlogs: () => (looks++, backlog),
    publish: (data) => Promise.resolve(void sent.push(data.length)),
    dropped: (data) => void dropped.push(data.length),
    now: Date.now,
    limits,
  })
  return {
    backlog,
    sent,
    dropped,
    pacer,
    get looks() {
      return looks
    },
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

test("messages go out in order", { timeout: 60_000 }, async () => {
  const { sent, pacer } = scene()
  for (let i = 1; i <= 5; i++) pacer.push(new Uint8Array(i), "topic")
  await until(() => sent.length === 5)
  assert.deepEqual(sent, [1, 2, 3, 4, 5])
  assert.equal(pacer.queuedBytes, 0)
})

test("a slow peer holds the queue back until it has read", { timeout: 60_000 }, async () => {
  const s = scene()
  const { backlog, sent, pacer } = s
  backlog.set("slow", 101)
  pacer.push(new Uint8Array(7), "topic")
  await until(() => s.looks > 20)
  assert.deepEqual(sent, [])
  assert.equal(pacer.queuedBytes, 7)
  backlog.set("slow", 10)
  await until(() => sent.length === 1)
})

test("a stuck peer is not waited for", { timeout: 60_000 }, async () => {
  const { backlog, sent, pacer } = scene()
  backlog.set("stuck", 401)
  pacer.push(new Uint8Array(7), "topic")
  await until(() => sent.length === 1)
})

test("what does not fit is dropped at once and said", () => {
  const { backlog, sent, dropped, pacer } = scene()
  backlog.set("slow", 101)
  pacer.push(new Uint8Array(990), "topic")
  pacer.push(new Uint8Array(11), "topic")
  assert.deepEqual(dropped, [11])
  for (let i = 0; i < 6; i++) pacer.push(new Uint8Array(1), "topic")
  assert.deepEqual(dropped, [11, 1, 1])
  pacer.close()
  assert.equal(dropped.length + sent.length, 8)
  pacer.push(new Uint8Array(2), "topic")
  assert.equal(dropped.at(-1), 2)
})
