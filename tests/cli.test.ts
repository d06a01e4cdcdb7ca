// The program `wafer`, as a child process on each runtime, against a real node.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, before, describe, test } from "node:test"
import { commandOf, type NodeProcess, root, type Runtime, startNode, until } from "./processes.ts"

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

let node: NodeProcess
let folder: string
before(async () => {
  node = await startNode("deno")
  folder = await mkdtemp(join(tmpdir(), "wafer-cli-"))
})
after(async () => {
  await node[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Starts `wafer` for the person `home`. */
function start(runtime: Runtime, home: string, ...args: string[]) {
  const [program, words] = commandOf(runtime, join(root, "sdk/cli/main.ts"), args)
  return spawn(program, words, {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", WAFER_NODE: node.url, WAFER_HOME: join(folder, home) },
    stdio: "pipe",
  })
}

function ended(child: ReturnType<typeof start>, input = ""): Promise<Ended> {
  let out = ""
  let err = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => out += text)
  child.stderr.setEncoding("utf8").on("data", (text: string) => err += text)
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })
}

/** What `wafer` prints when all goes well. */
async function wafer(runtime: Runtime, home: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await ended(start(runtime, home, ...args))
  assert.equal(code, 0, err)
  return out.trimEnd()
}

const lines = (text: string) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line))

for (const runtime of ["deno", "bun", "node"] as const) {
  describe(`wafer on ${runtime}`, () => {
    const [alice, bob] = [`alice-${runtime}`, `bob-${runtime}`]
    let [aliceAddress, bobAddress] = ["", ""]

    test("two people make accounts, one writes, the other reads", async () => {
      aliceAddress = await wafer(runtime, alice, "account", "create")
      bobAddress = await wafer(runtime, bob, "account", "create")
      assert.match(aliceAddress, /^0x[0-9a-fA-F]{40}$/)
      assert.equal(await wafer(runtime, alice, "account", "show"), aliceAddress)

      const id = await wafer(runtime, alice, "send", bobAddress, "gm")
      assert.match(id, /^[0-9a-f]{64}$/)
      const [conversation, ...more] = lines(await wafer(runtime, bob, "list", "--json"))
      assert.equal(conversation.peer, aliceAddress)
      assert.deepEqual(more, [])
      const messages = lines(await wafer(runtime, bob, "list", aliceAddress, "--json"))
      assert.deepEqual(messages.map(({ id, sender, content }) => ({ id, sender, content })), [
        { id, sender: aliceAddress, content: "gm" },
      ])
    })

    test("what lies on the disk is for its owner only", async () => {
      const home = join(folder, alice)
      for (const name of await readdir(home)) {
        assert.equal((await stat(join(home, name))).mode & 0o777, 0o600, name)
      }
    })

    test("text from standard input keeps its lines, and cannot control the terminal", async () => {
      const sent = await ended(start(runtime, alice, "send", bobAddress, "-"), "a\nb\x1b[2J")
      assert.equal(sent.code, 0, sent.err)
      const shown = await wafer(runtime, bob, "list", aliceAddress, "--limit", "1")
      assert.ok(shown.endsWith("a\nb\ufffd[2J"), shown)
      const [message] = lines(
        await wafer(runtime, bob, "list", aliceAddress, "--limit=1", "--json"),
      )
      assert.equal(message.content, "a\nb\x1b[2J")
    })

    test("a stream tells what was and what comes, and ends when asked", async () => {
      const child = start(runtime, bob, "stream", aliceAddress, "--since", "1h", "--json")
      let heard = ""
      child.stdout.on("data", (text) => heard += text)
      const ending = ended(child)
      const hears = (count: number) =>
        Promise.race([
          until(() => heard.split("\n").length > count, 60_000),
          ending.then(({ err }) => assert.fail(`it ended: ${err}`)),
        ])
      await hears(2)
      await wafer(runtime, alice, "send", bobAddress, "live")
      await hears(3)
      child.kill("SIGINT")
      const { code, out } = await ending
      assert.equal(code, 130)
      assert.deepEqual(lines(out).map(({ content }) => content), ["gm", "a\nb\x1b[2J", "live"])
    })

    test("whom one allows and denies is known on every device", async () => {
      const stranger = "0x2222222222222222222222222222222222222222"
      await wafer(runtime, bob, "deny", stranger, aliceAddress)
      await wafer(runtime, bob, "allow", aliceAddress)
      const said = await wafer(runtime, bob, "consent", "--json")
      const states = Object.fromEntries(lines(said).map(({ value, state }) => [value, state]))
      assert.deepEqual(states, { [stranger]: "denied", [aliceAddress]: "allowed" })
      const nobody = "0x3333333333333333333333333333333333333333"
      assert.equal(await wafer(runtime, bob, "consent", nobody), `unknown  ${nobody}`)
    })

    test("an exported account goes on elsewhere", async () => {
      const keys = await wafer(runtime, bob, "export", "keys")
      const elsewhere = `${bob}-elsewhere`
      const moved = await ended(start(runtime, elsewhere, "account", "import", "--keys"), keys)
      assert.deepEqual([moved.code, moved.out.trim()], [0, bobAddress], moved.err)

      const wallet = await wafer(runtime, bob, "export", "wallet")
      const again = await ended(start(runtime, `${bob}-again`, "account", "import"), wallet)
      assert.deepEqual([again.code, again.out.trim()], [0, bobAddress], again.err)

      const file = join(folder, `${runtime}.jsonl`)
      await wafer(runtime, elsewhere, "export", "messages", "--out", file)
      assert.equal((await stat(file)).mode & 0o777, 0o600)
      const exported = lines(await readFile(file, "utf8"))
      assert.deepEqual(exported.map(({ content }) => content), ["gm", "a\nb\x1b[2J", "live"])
    })
  })
}

describe("wafer tells a script why it failed", () => {
  const stranger = "0x1111111111111111111111111111111111111111"
  before(() => wafer("deno", "carol", "account", "create"))

  const failures: Record<string, { args: string[]; home?: string; input?: string; code: number }> =
    {
      "no command": { args: [], code: 2 },
      "an unknown command": { args: ["fly"], code: 2 },
      "an unknown option": { args: ["list", "--loud"], code: 2 },
      "an option of another command": { args: ["list", "--out", "x"], code: 2 },
      "an option without its value": { args: ["list", "--limit"], code: 2 },
      "a limit that is no number": { args: ["list", stranger, "--limit", "x"], code: 2 },
      "a time that is none": { args: ["stream", stranger, "--since", "yesterday"], code: 2 },
      "an address that is none": { args: ["send", "0x12", "hi"], code: 2 },
      "nobody to allow": { args: ["allow"], code: 2 },
      "nothing to send": { args: ["send", stranger], code: 2 },
      "no account": { args: ["list"], home: "nobody", code: 3 },
      "an account in the way": { args: ["account", "create"], code: 3 },
      "a recipient who has not joined": { args: ["send", stranger, "hi"], code: 4 },
      "a node that is not there": { args: ["list", "--node", "http://127.0.0.1:9"], code: 5 },
      "a key that is none": { args: ["account", "import"], home: "dave", input: "0x12", code: 2 },
    }
  for (const [name, { args, home = "carol", input, code }] of Object.entries(failures)) {
    test(name, async () => {
      const plain = await ended(start("deno", home, ...args), input)
      assert.equal(plain.code, code, plain.err)
      assert.match(plain.err, /^wafer: .+\n$/)
      assert.equal(plain.out, "")
    })
  }

  test("as JSON when asked", async () => {
    const { code, err } = await ended(start("deno", "carol", "send", stranger, "hi", "--json"))
    assert.equal(code, 4)
    assert.equal(JSON.parse(err).error.code, "not-registered")
  })

  test("and its help names every command", async () => {
    const help = await wafer("deno", "carol", "--help")
    for (const command of ["account create", "send", "list", "stream", "allow", "export"]) {
      assert.ok(help.includes(`  ${command} `), command)
    }
    assert.match(await wafer("deno", "carol", "send", "--help"), /--conversation ID/)
  })
})
