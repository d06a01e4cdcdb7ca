// Reading a conversation's history, beside the official client: fetch, open, verify and decode.
//   deno run -A bench/history.ts     (or node, or bun)
// Writes bench/results/history-<runtime>.json.
import process from "node:process"
import { measure } from "./contest.ts"
import { inProcessorTime } from "./processor-time.ts"
import { createPair, OFFICIAL, officialVersion } from "./pair.ts"
import { quick } from "./quick.ts"
import { writeTimes } from "./results.ts"
import { table } from "./table.ts"

/** As in a conversation of years, where one reads on and on; a look reads one page. */
const MESSAGES = quick ? 100 : 10_000
/** The official client takes a minute for ten thousand; two pages tell what one message costs. */
const THEIRS = Math.min(200, MESSAGES)
const official = `xmtp-js ${OFFICIAL}`

interface Reads {
  messages(options: { limit: number }): Promise<{ content: unknown }[]>
}

async function read(conversation: Reads, limit: number): Promise<void> {
  const messages = await conversation.messages({ limit })
  if (messages.length !== limit || messages.some(({ content }) => typeof content !== "string")) {
    throw new Error(`expected ${limit} texts, read ${messages.length} messages`)
  }
}

const results = []
{
  await using pair = await createPair(MESSAGES)
  const rounds = { rounds: 5, roundMs: 1 }
  const reading = {
    name: `read a conversation of ${MESSAGES.toLocaleString("en")} messages, for each message`,
    waits: true,
    rivals: [
      { name: "wafer", run: () => read(pair.ours, MESSAGES), calls: MESSAGES },
      { name: official, run: () => read(pair.theirs, THEIRS), calls: THEIRS },
    ],
  }
  const startingAnew = {
    name: "a new device: create the client, list, read 100 messages",
    waits: true,
    rivals: [
      { name: "wafer", run: async () => await read(await pair.oursAnew(), 100) },
      { name: official, run: async () => await read(await pair.theirsAnew(), 100) },
    ],
  }
  for (const contest of [reading, startingAnew]) {
    results.push(await measure(contest, rounds), await inProcessorTime(contest, rounds))
  }
}
console.log(table(results))
await writeTimes("history", results, await officialVersion())
process.exit(0)
