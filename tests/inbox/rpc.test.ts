// Questions between tabs: answered once, also when who answers has changed meanwhile.
import assert from "node:assert/strict"
import { test } from "node:test"
import { remote, serve } from "../../inbox/rpc.ts"

interface Counter {
  add(to: string): number
  fail(): never
}

function channelOf(name: string) {
  const [asking, answering] = [new BroadcastChannel(name), new BroadcastChannel(name)]
  return {
    asked: remote<Counter>(asking, "counter"),
    answering,
    close: () => [asking, answering].forEach((channel) => channel.close()),
  }
}

function counter() {
  const counts = new Map<string, number>()
  return {
    counts,
    add(to: string): number {
      counts.set(to, (counts.get(to) ?? 0) + 1)
      return counts.get(to)!
    },
    fail(): never {
      throw Object.assign(new Error("no"), { code: 4001 })
    },
  }
}

test("what is asked before anybody answers is asked again, and done once", async () => {
  const { asked, answering, close } = channelOf(crypto.randomUUID())
  const early = asked.functions.add("early")
  await new Promise((resolve) => setTimeout(resolve, 20))
  const served = counter()
  const stop = serve<Counter>(answering, "counter", served)
  // This one is heard twice.
  const late = asked.functions.add("late")
  asked.askAgain()
  assert.deepEqual(await Promise.all([early, late]), [1, 1])
  assert.equal(await asked.functions.add("late"), 2)
  assert.deepEqual(Object.fromEntries(served.counts), { early: 1, late: 2 })
  stop()
  close()
})

test("an error crosses with its code", async () => {
  const { asked, answering, close } = channelOf(crypto.randomUUID())
  const stop = serve<Counter>(answering, "counter", counter())
  await assert.rejects(asked.functions.fail(), { message: "no", code: 4001 })
  stop()
  close()
})
