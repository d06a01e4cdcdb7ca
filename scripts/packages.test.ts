import assert from "node:assert/strict"
import { test } from "node:test"
import { manifestFor } from "./pack.ts"
import { entriesOf, jsrComplaints, publishedPackages } from "./packages.ts"

const [crypto] = publishedPackages()
const made = (manifest: object) => ({
  folder: crypto!.folder,
  name: "crypto",
  manifest: { ...crypto!.manifest, ...manifest },
})

test("JSR and npm publish the same entries of the same version", () => {
  assert.deepEqual(publishedPackages().flatMap(jsrComplaints), [])
  assert.match(jsrComplaints(made({ version: "9.9.9" })).join(), /has version .*9\.9\.9/)
  assert.match(
    jsrComplaints(made({ exports: { ".": "./mod.ts", "./more": "./more.ts" } })).join(),
    /has exports .*more/,
  )
})

test("an entry that is no TypeScript file is refused", () => {
  assert.throws(() => entriesOf(made({ exports: { "./*": "./*.ts" } })), /one TypeScript file/)
  assert.deepEqual([...entriesOf(made({ exports: { ".": "./mod.ts", "./a/b": "./a/b.ts" } }))], [
    ["mod", "./mod.ts"],
    ["a/b", "./a/b.ts"],
  ])
})

test("the package.json for npm names every entry twice, and nothing of the workspace", () => {
  const manifest = manifestFor({
    name: "@wafer/made",
    version: "1.2.3",
    license: "MIT",
    type: "module",
    engines: { node: ">=22" },
    exports: { ".": "./mod.ts", "./a": "./a.ts" },
    publishConfig: { bin: { made: "./main.ts" } },
    dependencies: { hono: "4.0.0" },
  }, "made")
  assert.deepEqual(manifest.exports, {
    ".": {
      import: { types: "./dist/mod.d.ts", default: "./dist/mod.js" },
      require: { types: "./dist/mod.d.cts", default: "./dist/mod.cjs" },
    },
    "./a": {
      import: { types: "./dist/a.d.ts", default: "./dist/a.js" },
      require: { types: "./dist/a.d.cts", default: "./dist/a.cjs" },
    },
    "./package.json": "./package.json",
  })
  assert.deepEqual(manifest.engines, { node: ">=22" })
  assert.deepEqual(manifest.bin, { made: "./dist/main.js" })
  assert.deepEqual(manifest.dependencies, { hono: "4.0.0" })
  assert.doesNotMatch(JSON.stringify(manifest), /\.\/\w+\.ts"/)
})
