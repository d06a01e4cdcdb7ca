import assert from "node:assert/strict"
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "node:test"
import { watchRules } from "./rules-file.ts"

it("rules are read again when their file changes, and stay when it cannot be read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wafer-rules-"))
  const path = join(folder, "rules")
  let version = 0
  const write = (text: string): void => {
    writeFileSync(path, text)
    // Two writes may fall into one tick of the clock of files.
    utimesSync(path, ++version, version)
  }
  const events: string[] = []
  const told = async (change: () => void): Promise<string | undefined> => {
    const { length } = events
    change()
    while (events.length === length) await new Promise((resolve) => setTimeout(resolve, 5))
    return events.at(-1)
  }
  try {
    write("denied 192.0.2.1")
    const rules = watchRules(path, (_, event) => events.push(event), 5)
    assert.equal(rules().of("192.0.2.1", undefined), "denied")
    const kept = "rules not readable, the old ones stay"
    assert.equal(await told(() => write("priority 192.0.2.1")), "rules read again")
    assert.equal(rules().of("192.0.2.1", undefined), "priority")
    assert.equal(await told(() => write("nonsense")), kept)
    assert.equal(await told(() => rmSync(path)), kept)
    assert.equal(rules().of("192.0.2.1", undefined), "priority")
    assert.equal(await told(() => write("denied 192.0.2.1")), "rules read again")
    assert.equal(rules().of("192.0.2.1", undefined), "denied")
    // Once for each change, however long it stays.
    assert.deepEqual(events, ["rules read again", kept, kept, "rules read again"])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
