// Every dependency has a written reason in CONTRIBUTING.md, and one exact version.
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { root } from "./packages.ts"

const { workspaces }: { workspaces: string[] } = readJson("package.json")

/** Each dependency on other people's code, with the workspace that wants it. */
const wanted = ["package.json", ...workspaces.flatMap((folder) => manifestsIn(folder))].flatMap(
  (file) => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = readJson(file)
    const all = {
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
      ...peerDependencies,
    }
    return Object.entries(all as Record<string, string>)
      .filter(([name]) => !name.startsWith("@wafer/"))
      .map(([name, version]) => ({ name, version, where: folderOf(file) }))
  },
)

/** The rows of the tables in CONTRIBUTING.md: patterns of names, and workspaces. */
const [, section] = readFileSync(join(root, "CONTRIBUTING.md"), "utf8").split("## Dependencies")
const reasons = [...section!.matchAll(/^\| (`.*`) \| (.*) \| .+ \|$/gm)].flatMap((
  [, names, where],
) =>
  [...names!.matchAll(/`([^`]+)`/g)].map(([, name]) => ({ name: name!, where: where!.split(", ") }))
)
const covers = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern

test("every dependency has a written reason, where it is wanted", () => {
  assert.ok(wanted.length > 40)
  const without = wanted.filter(({ name, where }) =>
    !reasons.some((reason) => covers(reason.name, name) && reason.where.includes(where))
  )
  assert.deepEqual(without, [])
})

test("no reason outlives its dependency", () => {
  const without = reasons.flatMap(({ name, where }) =>
    where.filter((folder) => !wanted.some((w) => w.where === folder && covers(name, w.name)))
      .map((folder) => `${name} in ${folder}`)
  )
  assert.deepEqual(without, [])
})

test("every dependency has one exact version; the peers are several on purpose", () => {
  assert.deepEqual(wanted.filter(({ version }) => !/^\d+\.\d+\.\d+$/.test(version)), [])
  const ours = Map.groupBy(wanted.filter(({ where }) => !where.endsWith("peers")), (w) => w.name)
  const several = [...ours.values()].filter((same) => new Set(same.map((w) => w.version)).size > 1)
  assert.deepEqual(several, [])
})

function manifestsIn(workspace: string): string[] {
  return globSync(`${workspace}/package.json`, { cwd: root })
}

/** The folder of a package.json as the tables call it; all peers are one row. */
function folderOf(file: string): string {
  const folder = dirname(file)
  return folder === "." ? "root" : folder.replace(/(\/peers)\/.*/, "$1")
}

// deno-lint-ignore no-explicit-any
function readJson(file: string): any {
  return JSON.parse(readFileSync(join(root, file), "utf8"))
}
