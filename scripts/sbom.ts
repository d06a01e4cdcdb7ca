// Writes what each published package brings along, as CycloneDX bills of materials: build/<name>.cdx.json.
import { mkdirSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { type Installed, installedPackages } from "./installed.ts"
import { publishedPackages, root } from "./packages.ts"

/** What stands in for `name`, seen from a package at `path`: the innermost that Node would find. */
function resolve(
  name: string,
  path: string,
  byPath: ReadonlyMap<string, Installed>,
): Installed | undefined {
  for (let from = path;; from = from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/")))) {
    const found = byPath.get(join(from, "node_modules", name))
    if (found || from === "") return found
  }
}

/** Everything that a package brings along, with what that brings along. */
function closure(
  names: readonly string[],
  path: string,
  byPath: ReadonlyMap<string, Installed>,
  found: Map<string, Installed> = new Map(),
): Map<string, Installed> {
  for (const name of names) {
    const installed = resolve(name, path, byPath)
    if (!installed || found.has(installed.path)) continue
    found.set(installed.path, installed)
    closure(installed.dependencies, installed.path, byPath, found)
  }
  return found
}

export interface Bill {
  readonly components: readonly { readonly name: string; readonly version: string }[]
}

/** The bill of materials of a published package, as CycloneDX 1.6. */
function billOf(
  { name, version, license, dependencies }: Installed,
  parts: readonly Installed[],
): Bill & Record<string, unknown> {
  const purl = (name: string, version: string) => `pkg:npm/${name.replace(/^@/, "%40")}@${version}`
  const component = (type: string, part: Pick<Installed, "name" | "version" | "license">) => ({
    type,
    name: part.name,
    version: part.version,
    purl: purl(part.name, part.version),
    "bom-ref": purl(part.name, part.version),
    licenses: [{ expression: part.license }],
  })
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: component("library", { name, version, license }) },
    components: parts.map((part) => component("library", part)),
    dependencies: [{
      ref: purl(name, version),
      dependsOn: parts.filter((part) => dependencies.includes(part.name))
        .map((part) => purl(part.name, part.version)),
    }],
  }
}

/** The bill of each published package, by its name without the scope. */
export function bills(): Map<string, Bill> {
  const ours = publishedPackages().map(({ folder, manifest }): Installed => ({
    name: manifest.name,
    version: manifest.version,
    license: manifest.license,
    path: relative(root, folder),
    dependencies: Object.keys(manifest.dependencies ?? {}),
  }))
  const byPath = new Map(installedPackages().map((part) => [part.path, part]))
  // The workspace's packages stand in node_modules as links.
  for (const own of ours) byPath.set(join("node_modules", own.name), own)
  return new Map(ours.map((own) => {
    const parts = closure(own.dependencies, own.path, byPath)
    return [own.name.split("/")[1]!, billOf(own, [...parts.values()])]
  }))
}

if (import.meta.main) {
  mkdirSync(join(root, "build"), { recursive: true })
  for (const [name, bill] of bills()) {
    const path = join(root, "build", `${name}.cdx.json`)
    writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`)
    console.log(`${bill.components.length} components: ${path}`)
  }
}
