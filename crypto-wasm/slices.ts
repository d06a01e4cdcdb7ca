/** A piece of a text: what stands at [start, end) of another text, or the words themselves. */
export type Piece = readonly [start: number, end: number] | string

/** Shorter likenesses cost as much to name as to write out, once they are compressed. */
const LEAST = 32

/**
 * Takes a text apart into slices of another, as long as can be, and what stands between them.
 *
 * Two builds of one source have most of their functions in common, yet too far apart for gzip, which
 * looks back 32 KiB.
 */
export function inSlicesOf(other: string, text: string): Piece[] {
  const places = new Map<string, number[]>()
  for (let at = 0; at + LEAST <= other.length; at++) {
    const key = other.slice(at, at + LEAST)
    const known = places.get(key)
    known ? known.push(at) : places.set(key, [at])
  }
  const pieces: Piece[] = []
  let written = 0
  for (let at = 0; at < text.length;) {
    const [start, end] = longest(other, text, at, places.get(text.slice(at, at + LEAST)) ?? [])
    if (start === end) at++
    else {
      if (written < at) pieces.push(text.slice(written, at))
      pieces.push([start, end])
      written = at += end - start
    }
  }
  if (written < text.length) pieces.push(text.slice(written))
  return pieces
}

/** The longest likeness to the text at `at` among some that begin at `starts`. */
function longest(other: string, text: string, at: number, starts: number[]): [number, number] {
  let best: [number, number] = [0, 0]
  for (const start of starts) {
    let end = start + LEAST
    while (end < other.length && other[end] === text[at + end - start]) end++
    if (end - start > best[1] - best[0]) best = [start, end]
  }
  return best
}
