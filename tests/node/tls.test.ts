// One port with a certificate, for every protocol that a node speaks.
import { createClient } from "@connectrpc/connect"
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node"
import { MessageApi } from "@wafer/proto"
import { NodeApi } from "@wafer/proto/node"
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { gunzipSync } from "node:zlib"
import { commandOf, root, until } from "../processes.ts"
import { account } from "./token.ts"

const [certFile, keyFile] = ["cert.pem", "key.pem"].map((name) =>
  join(root, "tests", "node", "tls", name)
) as [string, string]
const ca = readFileSync(certFile)
const main = join(root, "node", "main.ts")
const contentTopic = "/xmtp/0/m-tls/proto"

/** The JSON gateway over HTTP/1.1. */
function post(url: string, body: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { ca, method: "POST" }, (answer) => {
      let text = ""
      answer.setEncoding("utf8").on("data", (part: string) => text += part)
      answer.once("end", () => resolve(text)).once("error", reject)
    })
    asking.once("error", reject).end(JSON.stringify(body))
  })
}

for (const runtime of ["deno", "bun", "node"] as const) {
  describe(`a node on ${runtime} with a certificate`, () => {
    it("answers gRPC, Connect and the gateway on one port, and its own commands", async () => {
      const folder = mkdtempSync(join(tmpdir(), "wafer-tls-"))
      const data = ["--data", join(folder, "data")]
      const flags = ["--port", "0", "--tls-cert", certFile, "--tls-key", keyFile]
      const [program, args] = commandOf(runtime, main, [...data, ...flags])
      const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "ignore"] })
      const exited = new Promise((resolve) => child.once("exit", resolve))
      let output = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => output += text)
      try {
        await until(() => output.includes("ready "), 60_000)
        const [, baseUrl = "", grpc] = /http=(\S+) grpc=(\S+)/.exec(output) ?? []
        assert.equal(grpc, baseUrl)
        const nodeOptions = { ca }
        const overGrpc = createGrpcTransport({ baseUrl, nodeOptions })
        const overHttp1 = createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions })
        const envelopes = [{ contentTopic, timestampNs: 7n, message: Uint8Array.of(1) }]
        const headers = { authorization: account(81).authorization() }
        await createClient(MessageApi, overGrpc).publish({ envelopes }, { headers })
        const contentTopics = [contentTopic]
        const page = await createClient(MessageApi, overHttp1).query({ contentTopics })
        assert.equal(page.envelopes[0]!.timestampNs, 7n)
        assert.match(await post(`${baseUrl}/message/v1/query`, { contentTopics }), /"7"/)
        assert.equal((await createClient(NodeApi, overHttp1).nodeInfo({})).stored, 1n)

        const file = join(folder, "backup.gz")
        const [command, backup] = commandOf(runtime, main, ["backup", file, ...data])
        const { status, stderr } = spawnSync(command, backup, { cwd: root, encoding: "utf8" })
        assert.equal(status, 0, stderr)
        assert.match(String(gunzipSync(readFileSync(file))), /"timestampNs":"7"/)
      } finally {
        child.kill("SIGKILL")
        await exited
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
}
