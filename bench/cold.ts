// What a process that has just started waits for: an SDK's import, and its first client. As npm installs
// them, since that is what users start, on every runtime.
//   deno run -A bench/cold.ts     (or node, or bun)
// Writes bench/results/cold-<runtime>.json.
import { join } from "node:path"
import process from "node:process"
import { pack } from "../scripts/pack.ts"
import { commandOf, root, type Runtime, startNode } from "../tests/processes.ts"
import { newProject } from "../tests/runtimes/project.ts"
import { measure } from "./contest.ts"
import { machine } from "./machine.ts"
import { OFFICIAL, officialVersion } from "./pair.ts"
import { quick } from "./quick.ts"
import { versionsOf, write } from "./results.ts"
import { table } from "./table.ts"

const official = `xmtp-js ${OFFICIAL}`
const peer = join(root, "tests/interop/peers", `xmtp-js-${OFFICIAL}`, "package.json")

/** Both get their wallet from viem; its import is part of every program, also of the empty one. */
const wallet = `import { generatePrivateKey, privateKeyToAccount } from "viem/accounts"
const account = privateKeyToAccount(generatePrivateKey())
const wallet = {
  getAddress: async () => account.address,
  signMessage: (message) => account.signMessage({ message }),
}
`
const importOurs = `import { Client, http } from "@wafer/sdk"\n`
const importTheirs = `import { createRequire } from "node:module"
const { Client } = createRequire(${JSON.stringify(peer)})("@xmtp/xmtp-js")\n`
const end = `process.exit(0)\n`

const programs: Readonly<Record<string, string>> = {
  "empty.mjs": wallet + end,
  "import-ours.mjs": importOurs + wallet + end,
  "import-theirs.mjs": importTheirs + wallet + end,
  "client-ours.mjs": importOurs + wallet +
    `await Client.create(wallet, { transport: http(process.argv[2]) })\n` + end,
  "client-theirs.mjs": importTheirs + wallet +
    `await Client.create(wallet, { env: "local", apiUrl: process.argv[2] })\n` + end,
}

const tarballs = await pack()
const packed = ["@wafer/crypto", "@wafer/proto", "@wafer/sdk"]
const project = await newProject({
  ...Object.fromEntries(packed.map((name) => [name, `file:${tarballs.get(name)}`])),
  ...await versionsOf(["viem"]),
})
const node = await startNode("deno", { args: ["--limits", "off"] })
try {
  for (const [name, text] of Object.entries(programs)) project.write(name, text)
  const rounds = { rounds: quick ? 3 : 21, roundMs: 1 }
  for (const [runtime, version] of Object.entries(await versionsOf(["deno", "bun", "node"]))) {
    const start = (name: string) => () => {
      const [program, args] = commandOf(runtime as Runtime, name, [node.url])
      return project.run(program, args)
    }
    const results = [
      await measure({
        name: "start a process and import the SDK",
        rivals: [
          { name: "wafer", run: start("import-ours.mjs") },
          { name: official, run: start("import-theirs.mjs") },
          { name: "no SDK", run: start("empty.mjs") },
        ],
      }, rounds),
      await measure({
        name: "start a process and create a client for a new account",
        rivals: [
          { name: "wafer", run: start("client-ours.mjs") },
          { name: official, run: start("client-theirs.mjs") },
        ],
      }, rounds),
    ]
    console.log(`${runtime}\n${table(results)}\n`)
    await write(`cold-${runtime}`, {
      unit: "microseconds for one call",
      machine: { ...machine(), runtime: `${runtime} ${version}` },
      versions: await officialVersion(),
      results,
    })
  }
} finally {
  await node.stop()
  project.remove()
}
process.exit(0)
