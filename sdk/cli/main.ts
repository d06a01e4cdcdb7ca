#!/usr/bin/env node
// The program `wafer` on Deno, Bun and Node: the one file of it that touches the machine.
import { open } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { text } from "node:stream/consumers"
import { fileStore } from "../stores/files.ts"
import { http } from "../network/transports/http.ts"
import type { Terminal } from "./command.ts"
import { run } from "./run.ts"

const interrupted = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort(new Error("interrupted")))
}
// Who reads the result has seen enough, as `head` has.
process.stdout.on("error", ({ code }: { code?: string }) => process.exit(code === "EPIPE" ? 0 : 1))

const shows = process.stderr.isTTY
let shown = ""

const terminal: Terminal = {
  result: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  progress(text = "") {
    if (!shows || text === shown) return
    process.stderr.write(`\r${text.padEnd(shown.length)}${text === "" ? "\r" : ""}`)
    shown = text
  },
  input() {
    if (process.stdin.isTTY) process.stderr.write("reading from the keyboard, up to Ctrl-D\n")
    return text(process.stdin)
  },
  async save(path, text) {
    const file = await open(path, "wx", 0o600)
    try {
      await file.writeFile(text)
    } finally {
      await file.close()
    }
  },
  signal: interrupted.signal,
}

run({
  words: process.argv.slice(2),
  environment: process.env,
  terminal,
  home: join(homedir(), ".wafer"),
  openStore: fileStore,
  openTransport: http,
}).then((code) => {
  // A connection that is kept alive would hold the program back; a pipe may still have to be emptied.
  process.stdout.write("", () => process.exit(code))
})
