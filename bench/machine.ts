import { cpus } from "node:os"
import process from "node:process"

/** "node", "deno" or "bun". */
export function runtimeName(): string {
  return process.versions.bun ? "bun" : process.versions.deno ? "deno" : "node"
}

/** What a result was measured on. */
export function machine(): Record<string, string> {
  const name = runtimeName()
  return {
    runtime: `${name} ${process.versions[name]}`,
    processor: `${cpus().length} x ${cpus()[0]?.model}`,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
  }
}
