import { WaferError } from "../error.ts"

/** A command line, taken apart. Options without a value are "" when given. */
export interface Arguments {
  readonly positionals: readonly string[]
  readonly options: Readonly<Record<string, string | undefined>>
}

/**
 * Takes a command line apart: `--name value`, `--name=value`, and `--` before words that begin with
 * a dash. `takesValue` tells for each known option whether a value follows.
 *
 * @throws WaferError `invalid-argument` for options it does not know or whose value is missing.
 */
export function parseArguments(
  words: readonly string[],
  takesValue: Readonly<Record<string, boolean>>,
): Arguments {
  const positionals: string[] = []
  const options: Record<string, string> = {}
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") return { positionals: [...positionals, ...rest], options }
    if (!word.startsWith("--")) {
      positionals.push(word)
      continue
    }
    const [, name, given] = /^--([^=]*)(?:=(.*))?$/s.exec(word)!
    const needsValue = Object.hasOwn(takesValue, name!) ? takesValue[name!] : undefined
    if (needsValue === undefined) throw usage(`there is no option --${name}`)
    if (!needsValue && given !== undefined) throw usage(`--${name} takes no value`)
    const value = needsValue ? given ?? rest.shift() : ""
    if (value === undefined) throw usage(`--${name} needs a value`)
    options[name!] = value
  }
  return { positionals, options }
}

/** A number of things to show. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usage(`expected a number, got ${text}`)
  return Number(text)
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A moment: an ISO 8601 date, or how long ago it was, as in `90s`, `15m`, `2h`, `7d`. */
export function parseMoment(text: string, nowMs: number = Date.now()): Date {
  const ago = /^(\d{1,9})([smhd])$/.exec(text)
  const ms = ago ? nowMs - Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs] : Date.parse(text)
  if (Number.isNaN(ms)) {
    throw usage(`expected a date such as 2026-11-23T02:00Z or an age such as 2h, got ${text}`)
  }
  return new Date(ms)
}

/** The program was called in a way it does not understand. */
export function usage(message: string): WaferError {
  return new WaferError("invalid-argument", message)
}
