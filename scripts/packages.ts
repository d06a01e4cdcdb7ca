// The packages that are published, read from the workspace: their package.json and deno.json point at
// TypeScript, which is what a checkout, Bun, Deno and JSR run.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The root of the checkout. */
export const root: string = join(import.meta.dirname!, "..")

/** The fields that this project uses of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license: string
  readonly type: "module"
  /** The oldest Node that the package runs on, as npm installs it. */
  readonly engines: { readonly node: string }
  readonly sideEffects?: boolean
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  /** What holds only for the published package, as pnpm has it: `bin` names TypeScript files. */
  readonly publishConfig?: { readonly bin?: Readonly<Record<string, string>> }
}

export interface Package {
  /** The folder's absolute path. */
  readonly folder: string
  /** The name without its scope. */
  readonly name: string
  readonly manifest: Manifest
}

const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"))

/** The packages in the order in which they depend on each other, which is the order of publishing. */
export function publishedPackages(): Package[] {
  return ["crypto-wasm", "proto", "sdk", "node"].map((name) => {
    const folder = join(root, name)
    const manifest: Manifest = readJson(join(folder, "package.json"))
    return { folder, name: manifest.name.split("/")[1]!, manifest }
  })
}

/**
 * The TypeScript file behind each entry of a package, by the entry's name in dist: `mod` for
 * `"./mod.ts"`, `codecs/reply` for `"./codecs/reply.ts"`.
 */
export function entriesOf({ manifest }: Package): Map<string, string> {
  const files = [
    ...Object.values(manifest.exports),
    ...Object.values(manifest.publishConfig?.bin ?? {}),
  ]
  return new Map(files.map((file) => {
    if (!/^\.\/[\w/-]+\.ts$/.test(file)) {
      throw new Error(`${manifest.name}: an entry must be one TypeScript file, got ${file}`)
    }
    return [file.slice(2, -3), file]
  }))
}

/**
 * What JSR would publish otherwise than npm does. JSR reads deno.json, so its name, version and entries
 * must be those of package.json.
 */
export function jsrComplaints({ folder, manifest }: Package): string[] {
  const path = join(folder, "deno.json")
  if (!existsSync(path)) return [`${manifest.name} has no deno.json`]
  const jsr = readJson(path)
  const exports = typeof jsr.exports === "string" ? { ".": jsr.exports } : jsr.exports
  const facts = { name: jsr.name, version: jsr.version, license: jsr.license, exports }
  const different = (["name", "version", "license", "exports"] as const).flatMap((field) => {
    const [inJsr, inNpm] = [facts[field], manifest[field]].map((value) => stable(value))
    return inJsr === inNpm
      ? []
      : [`${manifest.name}: deno.json has ${field} ${inJsr}, package.json ${inNpm}`]
  })
  // The root leaves out all Markdown, as it is not formatted.
  const isShown = jsr.publish.exclude.includes("!README.md")
  return isShown ? different : [...different, `${manifest.name}: JSR gets no README.md`]
}

function stable(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
}
