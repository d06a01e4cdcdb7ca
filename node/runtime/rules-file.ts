import { readFileSync, statSync } from "node:fs"
import type { Log } from "../log.ts"
import { parseRules, type Rules } from "../access/rules.ts"

/**
 * The rules in a file, read again whenever it changes. A change that cannot be read is logged, and
 * the rules stay as they were.
 *
 * @throws RulesError when they cannot be read at first
 */
export function watchRules(path: string, log: Log, intervalMs = 1000): () => Rules {
  let rules = parseRules(readFileSync(path, "utf8"))
  let changedMs: number | undefined = statSync(path).mtimeMs
  const timer = setInterval(() => {
    const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    if (mtimeMs === changedMs) return
    changedMs = mtimeMs
    try {
      rules = parseRules(readFileSync(path, "utf8"))
      log("info", "rules read again", { path })
    } catch (error) {
      log("error", "rules not readable, the old ones stay", { path, reason: String(error) })
    }
  }, intervalMs)
  timer.unref?.()
  return () => rules
}
