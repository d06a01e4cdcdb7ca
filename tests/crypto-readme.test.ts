// The program in crypto-wasm/README.md, run as it stands there.
import assert from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pathToFileURL } from "node:url"
import { root, runProgram } from "./processes.ts"

const readme = await readFile(join(root, "crypto-wasm/README.md"), "utf8")
const program = /```ts\n([\s\S]*?)```/.exec(readme)![1]!
const folder = await mkdtemp(join(tmpdir(), "wafer-readme-"))
after(() => rm(folder, { recursive: true }))

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`the README's program on ${runtime}`, async () => {
    const file = join(folder, `${runtime}.ts`)
    const module = pathToFileURL(join(root, "crypto-wasm/mod.ts")).href
    await writeFile(
      file,
      `${program.replace("@wafer/crypto", module)}
      console.log(new TextDecoder().decode(plaintext),
        secp256k1.verify(signature, digest, secp256k1.getPublicKey(alice)))`,
    )
    const { code, stdout, stderr } = await runProgram(runtime, file)
    assert.equal(code, 0, stderr)
    assert.equal(stdout, "gm true\n")
  })
}
