import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { get } from "node:http"
import { get as getTls } from "node:https"
import { uptime } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { ConfigError } from "./config.ts"
import type { Kv } from "./store/deno-kv.ts"
import type { Runtime } from "./runtime.ts"
import type { Disk } from "./status/report.ts"

/** The folder of one node: its store, its key, and where it answers while it runs. */
export interface DataFolder {
  /** @throws ConfigError when the file is none that can be read; it stays as it is */
  openKv(runtime: Runtime): Promise<Kv>
  /** Whether the last node here ended without leaving. */
  wasKilled(): boolean
  /** The key of the node in the peer network. */
  readonly keyFile: string
  /** What the folder takes, and what is left around it, in bytes. */
  disk(): Disk
  /**
   * The address of the node that works in this folder now; undefined when none does.
   *
   * @throws ConfigError when it cannot be told: a process lives that does not answer
   */
  running(): Promise<string | undefined>
  /** Notes that a node works here. */
  occupy(url: string): void
  leave(): void
}

export function dataFolder(path: string): DataFolder {
  const note = join(path, "running.json")
  return {
    async openKv(runtime) {
      mkdirSync(path, { recursive: true })
      const file = join(path, "wafer.kv")
      try {
        return await runtime.openKv(file)
      } catch (error) {
        const [reason] = String(error).split("\n")
        throw new ConfigError(
          `${file} cannot be opened (${reason}): restore the last backup into another folder`,
        )
      }
    },

    wasKilled: () => existsSync(note),

    keyFile: join(path, "node.key"),

    disk() {
      const used = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile())
        .reduce((sum, { name }) => sum + statSync(join(path, name)).size, 0)
      const { bavail, bsize } = statfsSync(path)
      return { used, free: bavail * bsize }
    },

    async running() {
      const noted = readNote(note)
      if (!noted) return undefined
      const { url, pid } = noted
      if (await answers(url)) return url
      if (!lives(pid)) return undefined
      // Slow or stopping: whoever opened its store now would fence it off.
      throw new ConfigError(
        `process ${pid} works on ${path} and does not answer at ${url}: stop it, or remove ${note} if it is no node`,
      )
    },

    occupy: (url) => writeFileSync(note, JSON.stringify({ url, pid: process.pid }) + "\n"),
    leave: () => rmSync(note, { force: true }),
  }
}

interface Note {
  readonly url: string
  readonly pid: number
}

/** What a node left that is running, or was killed; undefined when the machine has started since. */
function readNote(file: string): Note | undefined {
  try {
    const startedMs = Date.now() - uptime() * 1000
    return statSync(file).mtimeMs < startedMs ? undefined : JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return undefined
  }
}

/** Whether a node answers. Its certificate is for its clients' name of it, and need not be checked here. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = url.startsWith("https:") ? getTls : get
    const request = ask(`${url}/healthz`, { rejectUnauthorized: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    request.setTimeout(5000, () => request.destroy())
    request.once("error", () => resolve(false)).once("close", () => resolve(false))
  })
}

function lives(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // There, and not ours.
    return (error as { code?: string }).code === "EPERM"
  }
}
