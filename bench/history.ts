// Reading a conversation's history, beside the official client: fetch, open, verify and decode.
//   deno run -A bench/history.ts     (or node, or bun)
// Writes bench/results/history-<runtime>.json.
import process from "node:process"
import { measure } from "./contest.ts"
import { createPair, OFFICIAL, officialVersion } from "./pair.ts"
import { quick } from "./quick.ts"
import { writeTimes } from "./results.ts"
import { table } from "./table.ts"

const MESSAGES = 100
const official = `xmtp-js ${OFFICIAL}`

async function all(messages: Promise<{ content: unknown }[]>): Promise<void> {
  const read = await messages
  if (read.length !== MESSAGES || read.some(({ content }) => typeof content !== "string")) {
    throw new Error(`expected ${MESSAGES} texts, read ${read.length} messages`)
  }
}

const results = []
{
  await using pair = await createPair(MESSAGES)
  const rounds = quick ? 3 : 15
  results.push(
    await measure({
      name: `read ${MESSAGES} messages`,
      rivals: [
        { name: "wafer", run: () => all(pair.ours.messages()) },
        { name: official, run: () => all(pair.theirs.messages()) },
      ],
    }, { rounds, roundMs: 1 }),
    await measure({
      name: `a new device: create the client, list, read ${MESSAGES} messages`,
      rivals: [
        { name: "wafer", run: async () => await all((await pair.oursAnew()).messages()) },
        { name: official, run: async () => await all((await pair.theirsAnew()).messages()) },
      ],
    }, { rounds, roundMs: 1 }),
  )
}
console.log(table(results))
await writeTimes("history", results, await officialVersion())
process.exit(0)
