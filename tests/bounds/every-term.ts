/** A term for each table of a sum: the first entry, negative, after every number of doublings. */
interface Term {
  readonly table: number
  readonly marks: number
}

/**
 * assembly/terms.ts for walks over formulas with bounds in the place of numbers: whatever the scalars, each
 * table has a part in the sum everywhere.
 */
export function everyTerm(): Record<string, unknown> {
  const [NEGATIVE, TIMES_LAMBDA, UNSCALED] = [1, 2, 4]
  const terms: Term[] = []
  const of = (term: number): Term => terms[term - 1]!
  return {
    NEGATIVE,
    TIMES_LAMBDA,
    UNSCALED,
    addTerms_var(
      _: number,
      _bits: number,
      _width: number,
      table: number,
      _span: number,
      marks: number,
    ) {
      terms.push({ table, marks: marks | NEGATIVE })
    },
    termBefore: () => Math.min(1, terms.length),
    nextTerm: (term: number) => term === terms.length ? 0 : term + 1,
    entryOf: (term: number) => of(term).table,
    marksOf: (term: number) => of(term).marks,
    wipeTerms: () => terms.length = 0,
  }
}
