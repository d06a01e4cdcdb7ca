import type { ContestResult } from "./contest.ts"

/** The results as text: medians, minima, and how many times longer than ours each rival took. */
export function table(results: readonly ContestResult[]): string {
  return results.map(({ name, bytes, results: [ours, ...theirs] }) => {
    const lines = [ours!, ...theirs].map(({ rival, medianUs, minimumUs }) =>
      [
        `  ${rival.padEnd(24)}`,
        `${microseconds(medianUs)} median`,
        `${microseconds(minimumUs)} minimum`,
        bytes === undefined || bytes < 1024
          ? ""
          : `${(bytes / medianUs).toFixed(0)} MB/s`.padStart(10),
        rival.startsWith(ours!.rival)
          ? ""
          : `${(medianUs / ours!.medianUs).toFixed(2)}x`.padStart(9),
      ].join("  ").trimEnd()
    )
    return [name, ...lines].join("\n")
  }).join("\n\n")
}

function microseconds(us: number): string {
  return `${us.toFixed(us < 100 ? 2 : 0)} µs`.padStart(12)
}
