// Gives every deno.json the version of its package.json, which changesets counts up.
//   deno task versions
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { publishedPackages } from "./packages.ts"

for (const { folder, manifest } of publishedPackages()) {
  const path = join(folder, "deno.json")
  const text = readFileSync(path, "utf8")
  writeFileSync(path, text.replace(/("version": )"[^"]*"/, `$1"${manifest.version}"`))
  console.log(`${manifest.name} ${manifest.version}`)
}
