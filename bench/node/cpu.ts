import { readFileSync } from "node:fs"

/** Processor time that a process has taken so far, in microseconds; undefined where there is no /proc. */
export function cpuUs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The name in brackets may hold anything; user and system time are the 12th and 13th field behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const [user, system] = fields.slice(11, 13).map(Number)
    // Linux counts in hundredths of a second for whoever asks.
    return (user! + system!) * 10_000
  } catch {
    return undefined
  }
}
