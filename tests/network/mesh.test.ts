// Five processes on two runtimes, each with a store on disk, that know one address.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { root, runProgram, type Runtime, until } from "../processes.ts"
import { envelope } from "./local.ts"
import { allStored, type Member, metricOf, publishTo, startMember } from "./member.ts"

const RUNTIMES: readonly Runtime[] = ["deno", "bun", "deno", "bun", "deno"]

const sized = (bytes: number) => envelope({ message: new Uint8Array(bytes).fill(1) })

test("five processes on two runtimes become and stay one", { timeout: 460_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "wafer-mesh-"))
  const members: Member[] = []
  try {
    const seed = await startMember(RUNTIMES[0]!, join(folder, "0"), [])
    members.push(seed)
    members.push(
      ...await Promise.all(
        RUNTIMES.slice(1).map((runtime, i) =>
          startMember(runtime, join(folder, String(i + 1)), ["--peer", seed.address])
        ),
      ),
    )

    await t.test("each finds the four others", async () => {
      const full = async (member: Member) => await metricOf(member, "wafer_p2p_peers") === 4
      await until(async () => (await Promise.all(members.map(full))).every(Boolean), 150_000)
    })

    await t.test("each tells its operator so", async () => {
      for (const [i, member] of members.slice(0, 2).entries()) {
        const ask = (command: string) =>
          runProgram(member.runtime, join(root, "node", "main.ts"), {
            args: [...command.split(" "), "--data", join(folder, String(i))],
          })
        const { stdout, stderr } = await ask("peers --json")
        const view = JSON.parse(stdout || stderr)
        assert.equal(view.peers.length, 4)
        assert.ok(view.addresses.includes(member.address))
        assert.match((await ask("peers")).stdout, /^peers +4 connected, /m)
      }
    })

    let count = 0
    await t.test("1000 envelopes of 1 KiB, none lost", async () => {
      const half = () => Array.from({ length: 500 }, () => sized(1024))
      await Promise.all([publishTo(members[0]!, half()), publishTo(members[1]!, half())])
      await allStored(members, count += 1000, 150_000)
    })

    await t.test("10 envelopes of 1 MiB, none lost", async () => {
      await publishTo(members[3]!, Array.from({ length: 10 }, () => sized(1_048_214)), 5)
      await allStored(members, count += 10, 150_000)
    })

    await t.test("a node that was killed comes back and becomes complete", async () => {
      const [victim] = members.splice(4, 1)
      await victim!.node.kill()
      await publishTo(members[1]!, Array.from({ length: 300 }, () => sized(300)))
      await allStored(members, count += 300, 150_000)
      members.push(await startMember(victim!.runtime, join(folder, "4"), ["--peer", seed.address]))
      assert.equal(members[4]!.address.split("/p2p/")[1], victim!.address.split("/p2p/")[1])
      await allStored(members, count, 150_000)
    })
  } finally {
    await Promise.all(members.map(({ node }) => node[Symbol.asyncDispose]()))
    rmSync(folder, { recursive: true, force: true })
  }
})
