// Runs files of crypto-wasm/assembly as TypeScript, over bounds in the place of numbers.
import { transformSync } from "esbuild"
import { readFileSync } from "node:fs"
import { join } from "node:path"

// deno-lint-ignore no-explicit-any
export type Exports = Record<string, any>
export type Address = number

const folder = join(import.meta.dirname!, "..", "..", "crypto-wasm", "assembly")

export function sourceOf(name: string): string {
  return readFileSync(join(folder, `${name}.ts`), "utf8")
}

/** What a file exports that imports from `loaded`, where it also comes to stand, and finds these globals. */
export function load(path: string, loaded: Record<string, Exports>, globals: Exports): Exports {
  if (loaded[path] !== undefined) return loaded[path]
  const source = sourceOf(path.slice("./".length)).replaceAll("@inline\n", "")
  const { code } = transformSync(source, { loader: "ts", format: "cjs" })
  const module = { exports: {} as Exports }
  const all: Exports = {
    module,
    require: (path: string) => load(path, loaded, globals),
    ctz: (i: number) => 31 - Math.clz32(i & -i),
    ...globals,
  }
  new Function(...Object.keys(all), code)(...Object.values(all))
  return loaded[path] = module.exports
}

/** A module of no concern: its functions do nothing and say 1. */
export function other(own: Exports = {}): Exports {
  return new Proxy(own, { get: (own, name: string) => own[name] ?? (() => 1) })
}
