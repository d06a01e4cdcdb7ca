// What the service worker is told to keep, so that the page opens without a node.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import { inboxFiles } from "../../node/inbox-files.ts"

test("every part of the page is kept, and none is asked for that is not there", () => {
  const list = gunzipSync(Buffer.from(inboxFiles["/files.json"]!.gzip, "base64")).toString()
  const kept: string[] = JSON.parse(list)
  assert.deepEqual(kept.filter((path) => !Object.hasOwn(inboxFiles, path)), [])
  const assets = Object.keys(inboxFiles).filter((path) => path.startsWith("/assets/"))
  assert.deepEqual(assets.filter((path) => !kept.includes(path)), [])
})
