import type { Contest } from "../contest.ts"
import { symmetric } from "./symmetric.ts"

export const contests: readonly Contest[] = [...symmetric]
