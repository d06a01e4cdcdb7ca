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
  let changedMs = changeOf(path)
  const timer = setInterval(() => {
    const nowMs = changeOf(path)
    if (nowMs === changedMs) return
    changedMs = nowMs
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

/** Undefined for a file that is not there. */
function changeOf(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs
  } catch {
    return undefined
  }
}
