import type { Contest } from "../contest.ts"
import { curve } from "./secp256k1.ts"
import { symmetric } from "./symmetric.ts"

export const contests: readonly Contest[] = [...symmetric, ...curve]
