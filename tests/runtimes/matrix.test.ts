// Where the packages run, as npm delivers them: packed, installed into fresh projects, and started in
// every runtime and bundler that the documentation names. docs/runtimes.md is this table in prose.
//
// WAFER_MATRIX=full adds the cells that take long or need a large download.
import assert from "node:assert/strict"
import process from "node:process"
import { after, before, describe, test } from "node:test"
import { pack, packageComplaints } from "../../scripts/pack.ts"
import { type NodeProcess, startNode } from "../processes.ts"
import { bundlers } from "./bundlers.ts"
import type { Cell } from "./cell.ts"
import { hosts } from "./hosts.ts"
import { pages } from "./pages.ts"
import { newProject, type Project } from "./project.ts"
import { servers } from "./servers.ts"

const full = process.env.WAFER_MATRIX === "full"

/** Why a cell is left out here, or false when it runs. */
const skipped = (cell: Cell) =>
  (cell.heavy && !full && "runs with WAFER_MATRIX=full") || (cell.missing?.() ?? false)

describe("the packed packages", () => {
  let node: NodeProcess
  let tarballs: Map<string, string>
  const projects = new Map<string, Promise<Project>>()

  before(async () => {
    tarballs = await pack()
    node = await startNode("deno")
  })

  after(async () => {
    await node?.kill()
    for (const project of projects.values()) (await project.catch(() => undefined))?.remove()
  })

  const packed = (name: string) => `file:${tarballs.get(name)}`

  /** One project for all cells that ask for the same dependencies. */
  function project(dependencies: Record<string, string> = {}): Promise<Project> {
    const ours = ["@wafer/crypto", "@wafer/proto", "@wafer/sdk"].map((name) => [name, packed(name)])
    const key = JSON.stringify(dependencies)
    if (!projects.has(key)) {
      projects.set(key, newProject({ ...Object.fromEntries(ours), ...dependencies }))
    }
    return projects.get(key)!
  }

  test("are fit to publish: publint, attw and JSR find nothing", async () => {
    assert.deepEqual(await packageComplaints(tarballs), [])
  })

  for (const [group, cells] of Object.entries({ servers, pages, bundlers, hosts })) {
    describe(group, () => {
      for (const cell of cells) {
        test(cell.name, { skip: skipped(cell) }, async () => {
          assert.deepEqual(await cell.run({ url: node.url, packed, project }), ["gm", "bye"])
        })
      }
    })
  }
})
