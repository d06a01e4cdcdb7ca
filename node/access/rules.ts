import { contains, parseAddress, parseRange, type Range } from "./ip.ts"

/** What an operator decided about a client. */
export type Standing = "priority" | "denied" | "writer"

/** An operator's lists of wallets and addresses. */
export interface Rules {
  /** The standing of a caller; undefined for everyone else. */
  of(address: string, wallet: string | undefined): Standing | undefined
  /** Whether any rule names a wallet, so that it is worth knowing who asks. */
  readonly namesWallets: boolean
}

/** A line that could not be read. */
export class RulesError extends Error {
  override readonly name = "RulesError"
}

export const noRules: Rules = { of: () => undefined, namesWallets: false }

const standings: ReadonlySet<string> = new Set<Standing>(["priority", "denied", "writer"])

/**
 * Reads rules, one a line: a standing, and a wallet or a range of addresses. `#` begins a comment.
 * A wallet's rule wins over its address's, a narrower range over a wider one.
 *
 * @example
 * ```text
 * priority 10.0.0.0/8                                   # our own servers go faster
 * denied   203.0.113.7
 * writer   0xF6654Ccbcb9108B22848443B9c142Cf0476943a6   # may publish to every topic
 * ```
 * @throws RulesError with the number of the line
 */
export function parseRules(text: string): Rules {
  const wallets = new Map<string, Standing>()
  const ranges: { range: Range; standing: Standing }[] = []
  text.split("\n").forEach((line, i) => {
    const words = line.replace(/#.*/, "").trim().split(/\s+/).filter((word) => word !== "")
    if (words.length === 0) return
    const [standing = "", who = ""] = words
    if (words.length !== 2 || !isStanding(standing)) {
      throw new RulesError(
        `line ${i + 1}: expected a standing and a wallet or range, got "${line}"`,
      )
    }
    const range = parseRange(who)
    if (range) ranges.push({ range, standing })
    else if (/^0x[0-9a-fA-F]{40}$/.test(who)) wallets.set(who.toLowerCase(), standing)
    else throw new RulesError(`line ${i + 1}: ${who} is neither a wallet nor a range of addresses`)
  })
  ranges.sort((a, b) => b.range.prefix - a.range.prefix)
  return {
    namesWallets: wallets.size > 0,
    of(address, wallet) {
      const known = wallet === undefined ? undefined : wallets.get(wallet.toLowerCase())
      if (known) return known
      if (ranges.length === 0) return undefined
      const parsed = parseAddress(address)
      return parsed && ranges.find(({ range }) => contains(range, parsed))?.standing
    },
  }
}

function isStanding(word: string): word is Standing {
  return standings.has(word)
}
