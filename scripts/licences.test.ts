import assert from "node:assert/strict"
import { test } from "node:test"
import { installedPackages } from "./installed.ts"
import { allowed, isPermissive, licenceComplaints } from "./licences.ts"
import { bills } from "./sbom.ts"

const made = (license: string) => ({
  name: "made",
  version: "1.0.0",
  license,
  path: "node_modules/made",
  dependencies: [],
})

test("of alternatives one permissive licence is enough, of terms that add up all must be", () => {
  for (const good of ["MIT", "(MIT OR GPL-3.0)", "Apache-2.0 AND BSD-3-Clause"]) {
    assert.ok(isPermissive(good), good)
  }
  for (const bad of ["GPL-3.0", "MIT AND GPL-3.0", "none", "", "SEE LICENSE IN LICENSE.md"]) {
    assert.ok(!isPermissive(bad), bad)
  }
})

test("a licence that is not on the list is told with the package's name", () => {
  assert.deepEqual(licenceComplaints([made("MIT"), made("AGPL-3.0")]), [
    "made 1.0.0 (node_modules/made): AGPL-3.0",
  ])
})

test("everything installed is permissive, or has a written reason", () => {
  const packages = installedPackages()
  assert.ok(packages.length > 200, `found only ${packages.length} packages`)
  assert.deepEqual(licenceComplaints(packages), [])
})

test("the published packages bring along what they import, and nothing with a reason", () => {
  const names = new Map(
    [...bills()].map(([name, { components }]) => [name, components.map(({ name }) => name)]),
  )
  assert.deepEqual([...names.keys()], ["crypto", "proto", "sdk", "node"])
  assert.deepEqual(names.get("crypto"), [])
  assert.ok(names.get("sdk")!.includes("@wafer/crypto"))
  assert.ok(names.get("node")!.includes("hono"))
  assert.deepEqual([...names.values()].flat().filter((name) => name in allowed), [])
})
