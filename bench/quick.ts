import process from "node:process"

/** Whether to measure for a look, in seconds, rather than for the record: BENCH_QUICK=1. */
export const quick: boolean = process.env.BENCH_QUICK === "1"

/** The rounds in which `measure` takes a primitive: for a look enough for a ratio, otherwise its own. */
export const rounds: { readonly rounds?: number; readonly roundMs?: number } = quick
  ? { rounds: 9, roundMs: 2 }
  : {}

/** Whether to measure a contest: for a look, one small and one large size of each kind are enough. */
export const isWanted = ({ bytes }: { readonly bytes?: number }): boolean =>
  !quick || bytes === undefined || bytes === 256 || bytes === 65536
