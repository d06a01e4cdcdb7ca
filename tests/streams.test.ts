// Streams across a node that is killed and comes back: every message once, in order, whichever way the
// client hears it.
import { Client, gateway, http, privateKeySigner, type Transport } from "@wafer/sdk"
import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import { lastingPort, startNode, until } from "./processes.ts"

const transports: Record<string, (url: string) => Transport> = { http, gateway }

describe("streams survive a node that is killed", () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "wafer-streams-"))
  })
  after(() => rm(folder, { recursive: true }))

  for (const [name, transport] of Object.entries(transports)) {
    test(`over ${name}`, async () => {
      const data = join(folder, name)
      const port = String(await lastingPort())
      const start = () => startNode("deno", { data, args: ["--limits", "off", "--port", port] })
      let node = await start()
      const { url } = node
      const newClient = () =>
        Client.create(privateKeySigner(crypto.getRandomValues(new Uint8Array(32))), {
          transport: transport(url),
        })
      await using alice = await newClient()
      await using bob = await newClient()

      const heard: unknown[] = []
      const states: string[] = []
      const hearing = (async () => {
        const stream = bob.conversations.streamAllMessages({
          since: new Date(0),
          onState: (state) => void states.push(state),
        })
        for await (const { content, error } of stream) {
          assert.equal(error, undefined)
          heard.push(content)
          if (content === "bye") break
        }
      })()
      await until(() => states.includes("live"), 60_000)

      const conversation = await alice.conversations.newConversation(bob.address)
      const sent: string[] = []
      const send = async (text: string) => {
        sent.push(text)
        const message = await conversation.prepare(text)
        await until(async () => {
          await message.send()
          return true
        }, 60_000)
      }
      for (let life = 0; life < 3; life++) {
        for (let i = 0; i < 10; i++) await send(`${life}.${i}`)
        await node.kill()
        const sending = send(`${life} while away`)
        node = await start()
        await sending
      }
      await send("bye")
      await hearing
      await node.kill()
      assert.deepEqual(heard, sent)
      assert.ok(states.includes("waiting"))
    })
  }
})
