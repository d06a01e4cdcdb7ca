// The documentation: its programs run, its links lead somewhere, and the way from xmtp-js leaves out nothing.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { after, before, describe, test } from "node:test"
import { type NodeProcess, root, runProgram, startNode } from "./processes.ts"

const read = (page: string) => readFileSync(join(root, page), "utf8")

/** What each page's program prints, where it is the same each time. */
const programs: Readonly<Record<string, RegExp>> = {
  "docs/getting-started.md": /: gm, Bob\ntrue\ntrue\n1\n$/,
  "docs/moving-from-xmtp-js.md": /true,\s+false[\s,]*\]\nv2\nadded\ngm\ndenied\n$/,
  "docs/faq.md": /^\[ false \]\n(.*\n)*live/,
}

describe("the programs of", () => {
  let node: NodeProcess
  before(async () => {
    node = await startNode("deno")
  })
  after(() => node?.kill())

  for (const [page, output] of Object.entries(programs)) {
    describe(page, () => {
      const file = join(root, "tests", `${page.replace(/\W/g, "-")}.tmp.ts`)
      before(() => {
        const blocks = [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block!)
        assert.ok(blocks.length > 0, "a page without programs needs no test")
        const program = blocks.join("\n").replaceAll("http://localhost:5555", node.url)
        writeFileSync(file, program)
      })
      after(() => rmSync(file, { force: true }))

      test("have the types that they show", () => {
        const deno = join(root, "node_modules", ".bin", "deno")
        const { status, stderr } = spawnSync(deno, ["check", file], { cwd: root, encoding: "utf8" })
        assert.equal(status, 0, stderr)
      })
      for (const runtime of ["deno", "bun", "node"] as const) {
        test(`run on ${runtime}`, async () => {
          const { code, stdout, stderr } = await runProgram(runtime, file)
          assert.equal(code, 0, stderr)
          assert.match(stdout, output)
        })
      }
    })
  }
})

test("every link leads somewhere", () => {
  const pages = [
    ...globSync("*.md", { cwd: root }),
    ...globSync("{.changeset,docs,examples,crypto-wasm,sdk,node,proto,inbox,bench}/*.md", {
      cwd: root,
    }),
  ]
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link]) => link!)
      .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(root, dirname(page), link)))
      .map((link) => `${page}: ${link}`)
  )
  assert.deepEqual(broken, [])
})

describe("docs/moving-from-xmtp-js.md has every public method of", () => {
  const page = read("docs/moving-from-xmtp-js.md")
  const entry = createRequire(join(root, "tests/interop/peers/xmtp-js-13/package.json"))
    .resolve("@xmtp/xmtp-js")
  const types = readFileSync(join(dirname(entry), "index.d.ts"), "utf8")

  for (const name of ["Client", "Conversations", "ConversationV2", "DecodedMessage", "Contacts"]) {
    test(name, () => {
      const body = new RegExp(`^declare class ${name}\\b.*?^}`, "ms").exec(types)![0]
      const methods = [...body.matchAll(/^ {4}(?:static |get )?(\w+)(?:<[^>]*>)?\(/gm)]
        .map(([, method]) => method!).filter((method) => method !== "constructor")
      assert.ok(methods.length > 2)
      assert.deepEqual(methods.filter((m) => !new RegExp(`\\b${m}\\b`).test(page)), [])
    })
  }
})
