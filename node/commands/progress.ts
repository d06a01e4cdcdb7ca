import process from "node:process"

/** Shows how far a long work is, where someone watches. */
export interface Progress {
  at(done: number): void
  end(): void
}

const width = 24

export function showProgress(what: string, total: number): Progress {
  const { stderr } = process
  const started = performance.now()
  let shown = -Infinity

  function draw(done: number): void {
    const share = total > 0 ? Math.min(1, done / total) : 1
    const bar = "█".repeat(Math.round(share * width)).padEnd(width, "░")
    const rate = Math.round(done * 1000 / (performance.now() - started))
    const count = done.toLocaleString("en")
    stderr.write(`\r${what} ${bar} ${Math.floor(share * 100)} %  ${count}, ${rate}/s \x1b[K`)
  }

  return {
    at(done) {
      if (!stderr.isTTY || performance.now() - shown < 100) return
      shown = performance.now()
      draw(done)
    },
    end() {
      if (stderr.isTTY) stderr.write("\r\x1b[K")
    },
  }
}
