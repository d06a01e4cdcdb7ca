import fc from "fast-check"

/** Bytes that nobody would send in good faith: random, or one of `originals` cut, flipped, stuffed. */
export function mutated(originals: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const damage = fc.record({
    original: fc.constantFrom(...originals),
    at: fc.nat(),
    remove: fc.nat({ max: 8 }),
    insert: fc.uint8Array({ maxLength: 8 }),
    cut: fc.boolean(),
  })
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    damage.map(({ original, at, remove, insert, cut }) => {
      const start = at % (original.length + 1)
      const tail = cut ? [] : original.subarray(start + remove)
      return Uint8Array.from([...original.subarray(0, start), ...insert, ...tail])
    }),
  )
}
