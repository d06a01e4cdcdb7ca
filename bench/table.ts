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

/** What was measured, and its numbers by their unit, in one line. */
export function line(name: string, numbers: Readonly<Record<string, number>>): string {
  const cells = Object.entries(numbers).map(([unit, n]) =>
    `${n < 100 ? Number(n.toFixed(2)) : Math.round(n)} ${unit}`.padStart(20)
  )
  return name.padEnd(60) + cells.join(" ")
}

function microseconds(us: number): string {
  return `${us.toFixed(us < 100 ? 2 : 0)} µs`.padStart(12)
}
