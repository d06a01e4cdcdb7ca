// One line that tells how far the suite is, and what each run found above it.
import process from "node:process"

export interface Progress {
  begin(run: number): void
  /** Tells what the run found; undefined when it failed. */
  end(run: number, found: string | undefined): void
  close(): void
}

const WIDTH = 24
const EVERY_MS = 500

/** Shows the runs on a terminal as one line that moves, elsewhere as one line when each is over. */
export function createProgress(runs: readonly string[]): Progress {
  const moves = process.stderr.isTTY === true
  const started = performance.now()
  let current = 0
  let currentStarted = started

  function draw(): void {
    const done = Math.round(WIDTH * current / runs.length)
    const bar = "█".repeat(done) + "░".repeat(WIDTH - done)
    const line = `${bar} ${current + 1}/${runs.length} ${runs[current]}, ${since(currentStarted)}`
    if (moves) process.stderr.write(`\r\x1b[2K${line} (${since(started)} in all)`)
  }

  const timer = moves ? setInterval(draw, EVERY_MS) : undefined
  return {
    begin(run) {
      current = run
      currentStarted = performance.now()
      draw()
    },
    end(run, found) {
      if (moves) process.stderr.write("\r\x1b[2K")
      const state = found === undefined ? "FAILED" : "ok"
      console.log(`${state} ${runs[run]} in ${since(currentStarted)}\n`)
      if (found !== undefined) console.log(found)
    },
    close: () => clearInterval(timer),
  }
}

function since(start: number): string {
  const seconds = Math.round((performance.now() - start) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}
