// What runs in a page: the contests that need nothing of a server.
import { type ContestResult, measure } from "../contest.ts"
import { contests } from "./contests.ts"

/** Measures the contest of this number, or answers undefined when there are no more. */
async function contest(index: number): Promise<ContestResult | undefined> {
  return index < contests.length ? await measure(contests[index]!) : undefined
}

Object.assign(globalThis, { contest })
