// What a page downloads for a program that creates a client, writes and reads.
import { build } from "esbuild"
import assert from "node:assert/strict"
import { test } from "node:test"
import { gzipSync } from "node:zlib"
import { root } from "./processes.ts"

const BUDGET = 80_000

test(`a program with the SDK takes less than ${BUDGET / 1000} kB, bundled and gzipped`, async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { Client, http } from "@wafer/sdk"\nglobalThis.app = [Client.create, http]`,
      resolveDir: root,
    },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
  })
  const inputs = Object.values(metafile.outputs)[0]!.inputs
  const largest = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 10).map(([path, { bytesInOutput }]) => `${bytesInOutput} ${path}`)
  const bytes = gzipSync(outputFiles[0]!.contents, { level: 9 }).length
  assert.ok(bytes < BUDGET, `${bytes} bytes; the largest parts, minified:\n${largest.join("\n")}`)
})
