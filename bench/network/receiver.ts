// A node in a process of its own that says how long each envelope was under way: the publisher
// writes the time into the message. Prints one line of JSON a second, with the CPU it has used.
import process from "node:process"
import { localNode } from "../../tests/network/local.ts"

const node = await localNode({ seeds: process.argv.slice(2), timings: { recent: 600_000 } })
let latenciesMs: number[] = []
node.store.follow({
  arrived(arrivals) {
    const now = performance.timeOrigin + performance.now()
    for (const { envelope: { message }, seq } of arrivals) {
      if (seq === undefined) continue
      latenciesMs.push(now - new DataView(message.buffer, message.byteOffset).getFloat64(0))
    }
  },
})
setInterval(() => {
  const { user, system } = process.cpuUsage()
  console.log(JSON.stringify({ latenciesMs, cpuMs: (user + system) / 1000 }))
  latenciesMs = []
}, 1000)
