// What npm has installed, read from its folders: the lock file names no licences.
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { root } from "./packages.ts"

export interface Installed {
  readonly name: string
  readonly version: string
  readonly license: string
  /** Where it stands, from the root of the checkout. */
  readonly path: string
  readonly dependencies: readonly string[]
}

/** Every installed package: of the root, of each workspace, and those inside of others. */
export function installedPackages(): Installed[] {
  const folders = globSync("{,*/,tests/interop/peers/*/}node_modules", { cwd: root })
  return folders.flatMap((folder) => packagesIn(join(root, folder)))
}

function packagesIn(folder: string): Installed[] {
  if (!existsSync(folder)) return []
  return foldersIn(folder)
    .flatMap((name) =>
      name.startsWith("@")
        ? foldersIn(join(folder, name)).map((inScope) => `${name}/${inScope}`)
        : [name]
    )
    .flatMap((name) => {
      const path = join(folder, name)
      const own = readPackage(path)
      return [...own ? [own] : [], ...packagesIn(join(path, "node_modules"))]
    })
}

/** The folders in a folder; links lead to our own packages, and are none. */
function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
}

function readPackage(path: string): Installed | undefined {
  const file = join(path, "package.json")
  if (!existsSync(file)) return undefined
  const manifest = JSON.parse(readFileSync(file, "utf8"))
  const license = manifest.license ?? manifest.licenses
  return {
    name: manifest.name,
    version: manifest.version,
    license: expression(license),
    path: relative(root, path),
    dependencies: Object.keys(manifest.dependencies ?? {}),
  }
}

/** A licence as one SPDX expression, whatever the age of its package.json. */
function expression(license: unknown): string {
  if (Array.isArray(license)) return license.map(expression).join(" OR ")
  if (typeof license === "object" && license !== null && "type" in license) {
    return String(license.type)
  }
  return typeof license === "string" ? license : "none"
}
