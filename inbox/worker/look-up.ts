import type { Client } from "@wafer/sdk"
import type { LookUp } from "../actions.ts"
import { checksummed } from "./checksum.ts"

/** What can be said about what was typed: an address, a mistyped one, somebody who has joined. */
export async function lookUp(
  text: string,
  me: string,
  client: () => Promise<Client>,
): Promise<LookUp> {
  const typed = text.trim()
  if (!/^0x[0-9a-f]{40}$/i.test(typed)) return { state: "not-an-address" }
  const address = checksummed(typed)
  const digits = typed.slice(2)
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  if (mixed && typed !== address) return { state: "checksum" }
  if (address === me) return { state: "own", address }
  try {
    const found = await withDeadline(client().then((one) => one.canMessage(address)))
    return { state: found ? "joined" : "not-joined", address }
  } catch {
    // Not knowing is not a no.
    return { state: "no-answer", address }
  }
}

const ANSWER_WITHIN_MS = 8000

function withDeadline<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error("no answer")), ANSWER_WITHIN_MS)
  )
  return Promise.race([work, late])
}
