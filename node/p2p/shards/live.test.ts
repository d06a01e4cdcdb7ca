import assert from "node:assert/strict"
import { test } from "node:test"
import { create } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import { ForwardFrameSchema, ForwardRequestSchema } from "@wafer/proto/p2p"
import { pipe } from "../../../tests/network/pipe.ts"
import { channel } from "../framing.ts"
import { createLive, type Live } from "./live.ts"

const LIMITS = { maxBytes: 64 * 1024, timeoutMs: 5000 }

/** A keeper that makes every change, and the near ends of the streams to it. */
function scene(): { live: Live; streams: Stream[]; added: string[] } {
  const streams: Stream[] = []
  const added: string[] = []
  const live = createLive({
    open() {
      const [near, far] = pipe()
      streams.push(near)
      const keeper = channel(far, ForwardRequestSchema, ForwardFrameSchema, LIMITS)
      const serve = async () => {
        for (;;) {
          const { want } = await keeper.read()
          if (want.case === "live") added.push(...want.value.add)
          await keeper.write(create(ForwardFrameSchema, { frame: { case: "done", value: {} } }))
        }
      }
      serve().catch(() => {})
      return Promise.resolve(near)
    },
    arrived: () => {},
    failed: () => {},
    unwanted: () => {},
    timeoutMs: 5000,
    silenceMs: 5000,
  })
  return { live, streams, added }
}

test("readers of one keeper share a stream, and a topic is asked for once", async () => {
  const { live, streams, added } = scene()
  const leave = await live.watch("keeper", ["one", "two"], () => {})
  await live.watch("keeper", ["two", "three"], () => {})
  assert.deepEqual([streams.length, added], [1, ["one", "two", "three"]])
  leave()
  live.close()
})

test("a change that could not be sent ends the stream: nothing passes for watched", async () => {
  const { live, streams, added } = scene()
  let lost = 0
  await live.watch("keeper", ["one"], () => lost++)
  streams[0]!.send = () => {
    throw new Error("takes nothing more")
  }
  await assert.rejects(live.watch("keeper", ["two"], () => {}), { code: "closed" })
  assert.equal(lost, 1)
  await live.watch("keeper", ["two"], () => {})
  assert.deepEqual([streams.length, added], [2, ["one", "two"]])
  live.close()
})
