// Which peers hold the same as this node, as the last comparisons have shown.

/** How far a peer is from this node. */
export interface Standing {
  /** When it last held all the same, in Unix milliseconds. */
  readonly equalAt: number | undefined
  /** Envelopes that one side alone held when they were last compared one by one; undefined: never. */
  readonly apart: number | undefined
}

export interface Agreement {
  /** Notes that a set is the same, as a whole, or that it is not. */
  note(peer: string, set: number, equal: boolean): void
  /** Notes how many envelopes of a set one side alone holds. */
  noteApart(peer: string, envelopes: number): void
  /** Whether a set was the same when last compared. */
  isEqual(peer: string, set: number): boolean
  /** Whether a peer held the same when last compared as a whole; undefined: not compared yet. */
  agrees(peer: string): boolean | undefined
  standing(peer: string): Standing
  /** A peer has left. */
  forget(peer: string): void
  /** When some peer last held the same, in Unix milliseconds. */
  readonly equalAt: number | undefined
}

export function createAgreement(
  /** The sets that a peer has too. */
  shared: (peer: string) => readonly number[],
  now: () => number,
): Agreement {
  const equal = new Map<string, Map<number, boolean>>()
  const standings = new Map<string, Standing>()
  let equalAt: number | undefined

  const isEqual = (peer: string, set: number) => equal.get(peer)?.get(set) === true
  const agrees = (peer: string) =>
    equal.has(peer) ? shared(peer).every((set) => isEqual(peer, set)) : undefined
  const standing = (peer: string): Standing =>
    standings.get(peer) ?? { equalAt: undefined, apart: undefined }

  return {
    isEqual,
    agrees,
    standing,
    note(peer, set, same) {
      const sets = equal.get(peer) ?? new Map<number, boolean>()
      equal.set(peer, sets.set(set, same))
      if (agrees(peer)) standings.set(peer, { equalAt: equalAt = now(), apart: 0 })
    },
    noteApart: (peer, apart) => void standings.set(peer, { ...standing(peer), apart }),
    forget(peer) {
      equal.delete(peer)
      standings.delete(peer)
    },
    get equalAt() {
      return equalAt
    },
  }
}
