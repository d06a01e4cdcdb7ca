// Sending, beside the official client: encode, seal, sign, publish, and hear that it is stored. And what
// comes before: a new wallet's first client.
//   deno run -A bench/send.ts     (or node, or bun)
// Writes bench/results/send-<runtime>.json.
import process from "node:process"
import { measure } from "./contest.ts"
import { createPair, OFFICIAL, officialVersion } from "./pair.ts"
import { inProcessorTime } from "./processor-time.ts"
import { writeTimes } from "./results.ts"
import { table } from "./table.ts"

const IN_FLIGHT = 25
const official = `xmtp-js ${OFFICIAL}`
const text = "gm ".repeat(30)

const many = (send: () => Promise<unknown>) => () =>
  Promise.all(Array.from({ length: IN_FLIGHT }, send))

const results = []
{
  await using pair = await createPair(1)
  const ours = () => pair.ours.send(text)
  const theirs = () => pair.theirs.send(text)
  const rounds = 31
  const together = {
    name: `send a message, ${IN_FLIGHT} in flight`,
    waits: true,
    rivals: [
      { name: "wafer", run: many(ours), calls: IN_FLIGHT },
      { name: official, run: many(theirs), calls: IN_FLIGHT },
    ],
  }
  results.push(
    await measure({
      name: "send a message",
      waits: true,
      rivals: [{ name: "wafer", run: ours }, { name: official, run: theirs }],
    }, { rounds, roundMs: 20 }),
    await measure(together, { rounds, roundMs: 20 }),
    await inProcessorTime(together, { rounds }),
    await inProcessorTime({
      name: "create a new wallet's first client",
      rivals: [
        { name: "wafer", run: pair.oursFirst },
        { name: official, run: pair.theirsFirst },
      ],
    }, { rounds: 15 }),
  )
}
console.log(table(results))
await writeTimes("send", results, await officialVersion())
process.exit(0)
