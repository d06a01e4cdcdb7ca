import process from "node:process"

/** Whether to measure for a look, in seconds, rather than for the record: BENCH_QUICK=1. */
export const quick: boolean = process.env.BENCH_QUICK === "1"

/** How `measure` looks at a primitive: long enough for a ratio, or the record's way. */
export const glance: { readonly rounds?: number; readonly roundMs?: number } = quick
  ? { rounds: 9, roundMs: 2 }
  : {}

/** Whether a contest is looked at: one small and one large size of each kind tell enough for a look. */
export const isWorthAGlance = ({ bytes }: { readonly bytes?: number }): boolean =>
  !quick || bytes === undefined || bytes === 256 || bytes === 65536
