// The program on runtimes without a page: every supported Node, Deno and Bun, and under TypeScript's eyes.
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import process from "node:process"
import { root, startNodeProgram } from "../processes.ts"
import type { Cell, Setting } from "./cell.ts"

const bin = (name: string) => join(root, "node_modules", ".bin", name)

const asModule = `import { chat } from "./program.mjs"
console.log(JSON.stringify(await chat(process.argv[2])))
`
const asCommonJs = `const { chat } = require("./program.cjs")
chat(process.argv[2]).then((received) => console.log(JSON.stringify(received)))
`

/** Runs the program as an ES module and as CommonJS, with what stands before the file's name. */
async function runBoth(
  setting: Setting,
  program: string,
  args: { asModule?: string[]; asCommonJs?: string[] } = {},
): Promise<unknown[]> {
  const project = await setting.project()
  project.write("main.mjs", asModule)
  project.write("main.cjs", asCommonJs)
  const outputs = await Promise.all([
    project.run(program, [...args.asModule ?? [], "main.mjs", setting.url]),
    project.run(program, [...args.asCommonJs ?? [], "main.cjs", setting.url]),
  ])
  const [received, again] = outputs.map((output) => JSON.parse(output))
  if (JSON.stringify(received) !== JSON.stringify(again)) {
    throw new Error(`as a module it received ${received}, as CommonJS ${again}`)
  }
  return received
}

const majorOf = (program: string) => {
  try {
    return Number(/^v(\d+)/.exec(execFileSync(program, ["--version"], { encoding: "utf8" }))?.[1])
  } catch {
    return undefined
  }
}

/** A Node of this machine when it has one of that major version, otherwise npm's. */
function node(major: number, version: string): Cell {
  const found = [bin("node"), "/usr/bin/node"].find((program) => majorOf(program) === major)
  return {
    name: `Node ${major}`,
    async run(setting) {
      if (found) return await runBoth(setting, found)
      const binary = `node-${process.platform}-${process.arch}`
      const { folder } = await setting.project({ [binary]: version })
      return await runBoth(setting, join(folder, "node_modules", binary, "bin", "node"))
    },
  }
}

/** A node that was installed from npm, in the place of the checkout's. */
const nodeFromNpm: Cell = {
  name: "@wafer/node",
  async run({ packed, project }) {
    const { folder } = await project({ "@wafer/node": packed("@wafer/node") })
    const program = join(folder, "node_modules", ".bin", "wafer-node")
    const args = ["--port", "0", "--grpc-port", "0", "--data", join(folder, "data")]
    // Through this Node: the program's first line would take whichever is first in PATH.
    await using node = await startNodeProgram(bin("node"), [program, ...args])
    return await runBoth({ packed, project, url: node.url }, bin("node"))
  },
}

export const servers: readonly Cell[] = [
  node(20, "20.20.2"),
  node(22, "22.23.3"),
  node(24, "24.21.0"),
  node(26, "26.9.0"),
  {
    name: "Deno",
    run: (setting) =>
      runBoth(setting, bin("deno"), {
        asModule: ["run", "--allow-net"],
        asCommonJs: ["run", "--allow-net", "--allow-read"],
      }),
  },
  { name: "Bun", run: (setting) => runBoth(setting, bin("bun")) },
  {
    // The types resolve and check as strictly as TypeScript can, in a module and in CommonJS.
    name: "TypeScript",
    async run(setting) {
      const project = await setting.project()
      project.write("as-commonjs.cts", `import sdk = require("@wafer/sdk")\nsdk.privateKeySigner`)
      await project.run(bin("tsc"), [
        ...["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--verbatimModuleSyntax"],
        ...["--target", "es2023", "--lib", "es2023,dom,dom.iterable,esnext.disposable"],
        ...["--module", "nodenext", "program.ts", "as-commonjs.cts"],
      ])
      return await runBoth(setting, bin("node"))
    },
  },
  nodeFromNpm,
]
