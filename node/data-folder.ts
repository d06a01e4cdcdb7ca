import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import process from "node:process"
import type { Kv } from "./store/deno-kv.ts"
import type { Runtime } from "./runtime.ts"
import type { Disk } from "./status/report.ts"

/** The folder of one node: its store, its key, and where it answers while it runs. */
export interface DataFolder {
  openKv(runtime: Runtime): Promise<Kv>
  /** The key of the node in the peer network. */
  readonly keyFile: string
  /** What the folder takes, and what is left around it, in bytes. */
  disk(): Disk
  /** The address of the node that works in this folder now; undefined when none does. */
  running(): Promise<string | undefined>
  /** Notes that a node works here. */
  occupy(url: string): void
  leave(): void
}

export function dataFolder(path: string): DataFolder {
  const note = join(path, "running.json")
  return {
    openKv(runtime) {
      mkdirSync(path, { recursive: true })
      return runtime.openKv(join(path, "wafer.kv"))
    },

    keyFile: join(path, "node.key"),

    disk() {
      const used = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile())
        .reduce((sum, { name }) => sum + statSync(join(path, name)).size, 0)
      const { bavail, bsize } = statfsSync(path)
      return { used, free: bavail * bsize }
    },

    async running() {
      try {
        const { url } = JSON.parse(readFileSync(note, "utf8"))
        const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) })
        await answer.body?.cancel()
        return answer.ok ? url : undefined
      } catch {
        // No note, or nobody who answers: the last node here was killed.
        return undefined
      }
    },

    occupy: (url) => writeFileSync(note, JSON.stringify({ url, pid: process.pid }) + "\n"),
    leave: () => rmSync(note, { force: true }),
  }
}
