// A process that stops without a word: its sockets stay open and nothing is read from them.
import { test } from "node:test"
import { until } from "../processes.ts"
import { envelope } from "./local.ts"
import { allStored, metricOf, publishTo, startMember, storedBy } from "./member.ts"

const many = (count: number, bytes: number) =>
  Array.from({ length: count }, () => envelope({ message: new Uint8Array(bytes).fill(3) }))

test("a frozen peer holds nobody up, is found, and becomes complete when it thaws", {
  timeout: 400_000,
}, async () => {
  const seed = await startMember("deno", undefined, [])
  const frozen = await startMember("bun", undefined, ["--peer", seed.address])
  const third = await startMember("deno", undefined, ["--peer", seed.address])
  const members = [seed, frozen, third]
  const signal = (name: "SIGSTOP" | "SIGCONT") => frozen.node.child.kill(name)
  try {
    const meshed = async () =>
      (await Promise.all(members.map((m) => metricOf(m, "wafer_p2p_mesh_peers"))))
        .every((peers) => peers === 2)
    await until(meshed, 60_000)
    signal("SIGSTOP")
    // More than the socket's buffers take: what is meant for the frozen one must wait, and nothing else.
    await publishTo(seed, [...many(300, 1024), ...many(20, 500_000)], 20)
    await until(async () => await storedBy(third) === 320, 60_000)
    const alone = async () => await metricOf(seed, "wafer_p2p_peers") === 1
    await until(alone, 90_000)
    await publishTo(third, many(10, 1024))
    await until(async () => await storedBy(seed) === 330, 60_000)
    signal("SIGCONT")
    await allStored(members, 330, 90_000)
  } finally {
    signal("SIGCONT")
    await Promise.all(members.map(({ node }) => node[Symbol.asyncDispose]()))
  }
})
