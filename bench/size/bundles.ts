// How large programs that use the SDK are, bundled and minified, beside the same with the official client.
// The same source has the same sizes everywhere, so tests hold them against the committed ones.
import { build, type Plugin } from "esbuild"
import { readFile } from "node:fs/promises"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { root } from "../../tests/processes.ts"
import { machine } from "../machine.ts"
import { OFFICIAL, officialVersion } from "../pair.ts"
import { type Report, type Size, versionsOf } from "../results.ts"

interface Program {
  readonly rival: string
  readonly source: string
  /** Where its imports resolve from. */
  readonly from: string
  /** What the bundle fetches besides. */
  readonly fetched?: readonly string[]
}

const peer = `${root}/tests/interop/peers/xmtp-js-${OFFICIAL}`
const ours = (source: string, rival = "wafer"): Program => ({
  rival,
  source,
  from: root + "/bench",
})

const programs: Readonly<Record<string, readonly Program[]>> = {
  "create a client, write and read": [
    ours(`import { Client, http } from "@wafer/sdk"
      globalThis.app = [Client.create, http]`),
    {
      // Node's Buffer, which it needs besides, is left out in its favour.
      rival: `xmtp-js ${OFFICIAL}`,
      source: `import { Client } from "@xmtp/xmtp-js"
        globalThis.app = [Client.create]`,
      from: peer,
      fetched: [
        `${root}/node_modules/@xmtp/user-preferences-bindings-wasm/dist/web/user_preferences_bindings_wasm_bg.wasm`,
      ],
    },
  ],
  "the same, and the codecs of every kind of content": [
    ours(`import { Client, http } from "@wafer/sdk"
      import { attachment } from "@wafer/sdk/codecs/attachment"
      import { reaction } from "@wafer/sdk/codecs/reaction"
      import { readReceipt } from "@wafer/sdk/codecs/read-receipt"
      import { remoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
      import { reply } from "@wafer/sdk/codecs/reply"
      import { transactionReference } from "@wafer/sdk/codecs/transaction-reference"
      globalThis.app = [Client.create, http, attachment, reaction, readReceipt, remoteAttachment,
        reply, transactionReference]`),
  ],
  "the cryptography alone": [
    ours(`import * as crypto from "@wafer/crypto"\nglobalThis.app = crypto`),
    ours(
      `import { gcm } from "@noble/ciphers/aes.js"
      import { secp256k1 } from "@noble/curves/secp256k1.js"
      import { hkdf } from "@noble/hashes/hkdf.js"
      import { hmac } from "@noble/hashes/hmac.js"
      import { sha256 } from "@noble/hashes/sha2.js"
      globalThis.app = [gcm, secp256k1, hkdf, hmac, sha256]`,
      "noble",
    ),
  ],
}

/** Modules of Node that the official client names and a page has not. */
const emptyNodeModules: Plugin = {
  name: "empty-node-modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(buffer|crypto|fs|path|url|util|stream)$/ }, ({ path }) => ({
      path,
      namespace: "empty",
    }))
    onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "" }))
  },
}

async function sizeOf({ rival, source, from, fetched = [] }: Program): Promise<Size> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: from },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    plugins: [emptyNodeModules],
    write: false,
    logLevel: "error",
  })
  const files = [
    outputFiles[0]!.contents,
    ...await Promise.all(fetched.map((path) => readFile(path))),
  ]
  const total = (size: (bytes: Uint8Array) => number) =>
    files.reduce((sum, contents) => sum + size(contents), 0)
  return {
    rival,
    bytes: total((bytes) => bytes.length),
    gzip: total((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: total((bytes) => brotliCompressSync(bytes).length),
  }
}

/** The size of each program, beside its rivals. */
export async function sizes(): Promise<Extract<Report, { unit: "bytes" }>> {
  const results = []
  for (const [name, rivals] of Object.entries(programs)) {
    results.push({ name, results: await Promise.all(rivals.map(sizeOf)) })
  }
  return {
    unit: "bytes",
    machine: machine(),
    versions: {
      ...await officialVersion(),
      ...await versionsOf(["esbuild", "@noble/ciphers", "@noble/curves", "@noble/hashes"]),
    },
    results,
  }
}
