// The server under test for Connect's conformance runner: the node's own servers around another service.
// It reads from standard input what to be, says on standard output where it is, and runs until it is ended.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { Hono } from "hono"
import { readFileSync, writeSync } from "node:fs"
import process from "node:process"
import { handlersOf } from "../../../node/http/handlers.ts"
import { createHttp } from "../../../node/http/http.ts"
import { defaultLimits } from "../../../node/refusal.ts"
import { currentRuntime } from "../../../node/runtime/current.ts"
import { serveGrpc, serveTls } from "../../../node/runtime/http2.ts"
import { conformanceRoutes, messageOf, readMessages } from "./service.ts"

interface Wanted {
  readonly httpVersion: number
  readonly useTls: boolean
  readonly messageReceiveLimit: number
  readonly serverCreds?: { readonly cert: Uint8Array; readonly key: Uint8Array }
}

/** A message behind its length in four bytes. */
async function readFramed(): Promise<Uint8Array> {
  let got = Buffer.alloc(0)
  for await (const chunk of process.stdin) {
    got = Buffer.concat([got, chunk])
    if (got.length >= 4 && got.length >= 4 + got.readUInt32BE()) break
  }
  return got.subarray(4, 4 + got.readUInt32BE())
}

function writeFramed(message: Uint8Array): void {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  writeSync(1, Buffer.concat([length, message]))
}

const registry = readMessages(readFileSync(process.argv[2]!))
const wanted = fromBinary(
  messageOf(registry, "ServerCompatRequest"),
  await readFramed(),
) as unknown as Wanted

const routes = conformanceRoutes(registry, wanted.messageReceiveLimit || 0xffff_ffff)
const handlers = handlersOf(routes, defaultLimits)
const fetch = createHttp({
  gateway: new Map(),
  unary: new Map(),
  handlers,
  addressOf: (remote) => remote ?? "unknown",
  status: new Hono(),
  metrics: () => "",
  ready: () => Promise.resolve(),
})
const place = { host: "127.0.0.1", port: 0 }
const { serverCreds: pem } = wanted

const server = pem
  ? await serveTls({
    ...place,
    cert: new TextDecoder().decode(pem.cert),
    key: new TextDecoder().decode(pem.key),
    handlers,
    fetch,
  })
  : wanted.httpVersion === 2
  ? await serveGrpc({ ...place, handlers })
  : await (await currentRuntime()).serveHttp({ ...place, fetch })

const response = messageOf(registry, "ServerCompatResponse")
writeFramed(toBinary(
  response,
  create(response, {
    host: place.host,
    port: server.port,
    ...(pem && { pemCert: pem.cert }),
  }),
))
