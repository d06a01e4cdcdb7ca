// Holds the imports of the source against the import order in docs/architecture.md: what imports
// against the order, belongs to no layer, or closes a cycle fails.
//
// The order stands in the document as blocks fenced with ```arrows. The first line of a block names a
// folder; each line after it is a layer of files or folders, lowest first. A file may import from its
// own layer and from those above its line. The block `packages` orders the folders themselves; a folder
// within another one may have a block of its own.
import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import process from "node:process"
import { root } from "./packages.ts"

/** Where imports by package name lead. */
const packages: Record<string, string> = {
  "@wafer/crypto": "crypto-wasm",
  "@wafer/proto": "proto",
  "@wafer/sdk": "sdk",
  "@wafer/node": "node",
}

interface Order {
  readonly folder: string
  readonly layers: string[][]
}

function readOrders(): Order[] {
  const text = readFileSync(join(root, "docs/architecture.md"), "utf8")
  return [...text.matchAll(/^```arrows\n([\s\S]*?)^```$/gm)].map(([, block]) => {
    const [folder, ...layers] = block!.trim().split("\n")
    return { folder: folder!.trim(), layers: layers.map((line) => line.trim().split(/\s+/)) }
  })
}

/** The layer of `path` in `order`; the longest name that covers it wins. */
function layerOf(order: Order, path: string): number {
  let best = { length: -1, layer: -1 }
  order.layers.forEach((names, layer) => {
    for (const name of names) {
      const covers = path === name || path.startsWith(name.endsWith("/") ? name : `${name}/`)
      if (covers && name.length > best.length) best = { length: name.length, layer }
    }
  })
  return best.layer
}

/** The same by a path from the root; -1 outside of the folder. */
function layerIn(order: Order, path: string): number {
  const inside = `${order.folder}/`
  return path.startsWith(inside) ? layerOf(order, path.slice(inside.length)) : -1
}

function importsOf(file: string): { target: string; package?: string }[] {
  const source = readFileSync(join(root, file), "utf8")
  const specifiers = [
    ...source.matchAll(/^\s*(?:import|export)\b[^"'`;]*?\bfrom\s+"([^"]+)"/gm),
    ...source.matchAll(/^\s*import\s+"([^"]+)"/gm),
    ...source.matchAll(/\bimport\("([^"]+)"\)/g),
  ].map((match) => match[1]!)
  return specifiers.flatMap((specifier) => {
    if (specifier.startsWith(".")) {
      const target = relative(root, join(root, dirname(file), specifier))
      return [{ target }]
    }
    const name = Object.keys(packages).find((p) => specifier === p || specifier.startsWith(`${p}/`))
    return name === undefined ? [] : [{ target: packages[name]!, package: name }]
  })
}

const isSource = (file: string) =>
  !/\.test\.tsx?$|\.d\.ts$/.test(file) &&
  !/(^|\/)(node_modules|gen|assembly|dist|testing)\//.test(file)

/** Every complaint, one a line. */
export function complaints(): string[] {
  const orders = readOrders()
  const tops = orders.find((order) => order.folder === "packages")
  if (tops === undefined) return ["docs/architecture.md has no ```arrows block `packages`"]
  const found: string[] = []
  const graph = new Map<string, string[]>()
  const files = tops.layers.flat()
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }))
    .filter(isSource).sort()
  for (const file of files) {
    const top = file.split("/")[0]!
    const around = orders.filter(({ folder }) => file.startsWith(`${folder}/`))
    for (const order of around) {
      if (layerIn(order, file) < 0) found.push(`${file} belongs to no layer of ${order.folder}`)
    }
    graph.set(file, [])
    for (const imported of importsOf(file)) {
      const target = imported.target
      const targetTop = target.split("/")[0]!
      if (targetTop === top) {
        if (!existsSync(join(root, target)) || statSync(join(root, target)).isDirectory()) continue
        if (!isSource(target)) continue
        graph.get(file)!.push(target)
        const against = around.some((order) => layerIn(order, target) > layerIn(order, file))
        if (against) found.push(`${file} imports ${target}, which stands above it`)
      } else {
        const layer = layerOf(tops, targetTop)
        if (layer >= layerOf(tops, top) || layer < 0) {
          found.push(`${file} imports ${imported.package ?? target}, against the order of packages`)
        } else if (imported.package === undefined) {
          found.push(`${file} imports ${target} by path; other packages are imported by name`)
        }
      }
    }
  }
  return [...found, ...cycles(graph)]
}

function cycles(graph: Map<string, string[]>): string[] {
  const found: string[] = []
  const state = new Map<string, "open" | "done">()
  const walk = (file: string, path: string[]) => {
    if (state.get(file) === "done") return
    if (state.get(file) === "open") {
      found.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(" -> ")}`)
      return
    }
    state.set(file, "open")
    for (const next of graph.get(file) ?? []) walk(next, [...path, file])
    state.set(file, "done")
  }
  for (const file of graph.keys()) walk(file, [])
  return found
}

if (import.meta.main) {
  const found = complaints()
  for (const complaint of found) console.error(complaint)
  console.log(found.length === 0 ? "every import follows the order" : `${found.length} complaints`)
  process.exit(found.length === 0 ? 0 : 1)
}
