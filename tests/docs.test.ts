// The documentation: its programs run, its links lead somewhere, and the way from xmtp-js leaves out nothing.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { after, before, describe, test } from "node:test"
import { type NodeProcess, root, runProgram, startNode } from "./processes.ts"

const read = (page: string) => readFileSync(join(root, page), "utf8")

interface Program {
  /** What it prints, where that is the same each time. */
  readonly prints: RegExp
  /** What the page takes for granted. */
  readonly before?: string
  /** What shows the outcome of a page that prints nothing. */
  readonly after?: string
}

/** Somebody to write to, who goes on answering. */
const friend = `
const other = await Client.create(
  privateKeySigner(crypto.getRandomValues(new Uint8Array(32))),
  { transport: http("http://localhost:5555") },
)
const friend = other.address
`
const answers = `
void (async () => {
  for await (const asked of other.conversations.stream()) setInterval(() => asked.send("gm too"), 100)
})()
`
/** Ends the program at the first line that it prints. */
const once = `
import process from "node:process"
console.log = (...words) => {
  console.log = () => {}
  process.stdout.write(words.join(" "), () => process.exit())
}
`

/** The program of each page: all its TypeScript in one. */
const programs: Readonly<Record<string, Program>> = {
  "README.md": { prints: /^0x\w{40} gm too$/, before: friend + answers + once },
  "sdk/README.md": {
    prints: / gm\n(.*\n)*(live|catching-up)\n(.*\n)*not-registered\n(.*\n)*added 👍\ndenied\n$/,
    before: friend,
  },
  "node/README.md": { prints: /^200\n\[ ["']gm["'] \]\n$/ },
  "crypto-wasm/README.md": {
    prints: /^gm true\n$/,
    after: `console.log(new TextDecoder().decode(plaintext),
      secp256k1.verify(signature, digest, secp256k1.getPublicKey(alice)))`,
  },
  "proto/README.md": { prints: /^\/xmtp\/0\/m-42\/proto\n$/ },
  "docs/getting-started.md": { prints: /: gm, Bob\ntrue\ntrue\n1\n$/ },
  "docs/moving-from-xmtp-js.md": { prints: /true,\s+false[\s,]*\]\nv2\nadded\ngm\ndenied\n$/ },
  "docs/faq.md": { prints: /^\[ false \]\n(.*\n)*live/ },
}

describe("the programs of", () => {
  let node: NodeProcess
  const fileOf = (page: string) => join(root, "tests", `${page.replace(/\W/g, "-")}.tmp.ts`)
  before(async () => {
    node = await startNode("deno")
    for (const [page, { before = "", after = "" }] of Object.entries(programs)) {
      const blocks = [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block!)
      assert.ok(blocks.length > 0, `${page} has no program, and needs no test`)
      const program = [before, ...blocks, after].join("\n")
      writeFileSync(fileOf(page), program.replaceAll("http://localhost:5555", node.url))
    }
  })
  after(async () => {
    for (const page of Object.keys(programs)) rmSync(fileOf(page), { force: true })
    await node?.kill()
  })

  test("all pages have the types that they show", () => {
    const deno = join(root, "node_modules", ".bin", "deno")
    const args = ["check", ...Object.keys(programs).map(fileOf)]
    const { status, stderr } = spawnSync(deno, args, { cwd: root, encoding: "utf8" })
    assert.equal(status, 0, stderr)
  })
  for (const [page, { prints }] of Object.entries(programs)) {
    for (const runtime of ["deno", "bun", "node"] as const) {
      test(`${page} run on ${runtime}`, async () => {
        const { code, stdout, stderr } = await runProgram(runtime, fileOf(page))
        assert.equal(code, 0, stderr)
        assert.match(stdout, prints)
      })
    }
  }
})

const pages = globSync(
  ["*.md", "{.changeset,docs,examples,crypto-wasm,sdk,node,proto,inbox,bench}/*.md"],
  { cwd: root },
)

/** A page without its blocks of code. */
const proseOf = (page: string) => read(page).replace(/^```.*?^```$/gms, "")

/** The names that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
  )
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path, anchor] = link.split("#")
  const target = path === "" ? page : join(dirname(page), path!)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || !target.endsWith(".md") || anchorsOf(target).includes(anchor)
}

test("every link leads somewhere, to a heading too", () => {
  const links = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)]
      .map(([, link, source]) => ({ page, link: (link ?? source)! }))
      .filter(({ link }) => !/^[a-z]+:/.test(link))
  )
  assert.ok(links.length > 100)
  assert.deepEqual(links.filter(({ page, link }) => !leadsSomewhere(page, link)), [])
})

test("every file of the repository that a page names is there", () => {
  const path =
    /`((?:bench|crypto-wasm|docs|examples|inbox|node|proto|scripts|sdk|tests)\/[\w./-]+\.\w+)/g
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(path)].map(([, file]) => ({ page, file: file! }))
  )
  assert.ok(named.length > 15)
  assert.deepEqual(named.filter(({ file }) => !existsSync(join(root, file))), [])
})

describe("docs/moving-from-xmtp-js.md leaves out nothing of", () => {
  const page = read("docs/moving-from-xmtp-js.md")
  const entry = createRequire(join(root, "tests/interop/peers/xmtp-js-13/package.json"))
    .resolve("@xmtp/xmtp-js")
  const types = readFileSync(join(dirname(entry), "index.d.ts"), "utf8")

  test("the module, every exported value", () => {
    const [, names] = /^export \{([^}]*)\}/m.exec(types)!
    const values = names!.split(",").map((name) => name.trim()).filter((n) => !/^type /.test(n))
      .map((name) => name.split(" as ").at(-1)!)
    assert.ok(values.length > 50)
    assert.deepEqual(values.filter((name) => !new RegExp(`\\b${name}\\b`).test(page)), [])
  })

  for (const name of ["Client", "Conversations", "ConversationV2", "DecodedMessage", "Contacts"]) {
    test(name, () => {
      const body = new RegExp(`^declare class ${name}\\b.*?^}`, "ms").exec(types)![0]
      const members = [...body.matchAll(/^ {4}(?:static |get )?(\w+)\??(?:<[^>]*>)?[(:]/gm)]
        .map(([, member]) => member!).filter((member) => member !== "constructor")
      assert.ok(members.length > 2)
      assert.deepEqual(members.filter((m) => !new RegExp(`\\b${m}\\b`).test(page)), [])
    })
  }
})
