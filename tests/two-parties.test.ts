// The README's program, on every runtime, against a node on each runtime that serves one.
import assert from "node:assert/strict"
import { test } from "node:test"
import { runProgram, type Runtime, startNode } from "./processes.ts"

for (const server of ["deno", "bun"] as Runtime[]) {
  test(`two accounts talk through a node in ${server}`, async (t) => {
    await using node = await startNode(server)
    for (const runtime of ["deno", "bun", "node"] as Runtime[]) {
      await t.test(`from ${runtime}`, async () => {
        const { code, stdout, stderr } = await runProgram(runtime, "examples/two-parties.ts", {
          args: [node.url],
        })
        assert.equal(code, 0, stderr)
        assert.match(stdout, /^0x[0-9a-fA-F]{6}: gm, Bob\n0x[0-9a-fA-F]{6}: bye\n$/)
      })
    }
  })
}
