// A node in a process of its own that says how long each envelope was under way: the publisher
// writes the time into the message. Prints its address, then one line of JSON a second.
import process from "node:process"
import { localNode } from "../../tests/network/local.ts"

const node = await localNode({ seeds: process.argv.slice(2), timings: { recent: 600_000 } })
let latenciesMs: number[] = []
node.store.follow({
  arrived(arrivals) {
    const now = performance.timeOrigin + performance.now()
    for (const { envelope: { message } } of arrivals) {
      latenciesMs.push(now - new DataView(message.buffer, message.byteOffset).getFloat64(0))
    }
  },
})
console.log(node.peers.addresses[0])
setInterval(() => {
  console.log(JSON.stringify(latenciesMs))
  latenciesMs = []
}, 1000)
