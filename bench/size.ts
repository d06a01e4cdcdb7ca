// What a page downloads: programs that use the SDK, beside the same with the official client.
//   deno run -A bench/size.ts     (or node, or bun)
// Writes bench/results/size.json.
import process from "node:process"
import { write } from "./results.ts"
import { sizes } from "./size/bundles.ts"

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10)
const report = await sizes()
for (const { name, results } of report.results) {
  console.log(name)
  for (const { rival, bytes, gzip, brotli } of results) {
    const [raw, gzipped, brotlied] = [bytes, gzip, brotli].map(kilobytes)
    console.log(`  ${rival.padEnd(24)}${raw}, gzip ${gzipped}, brotli ${brotlied}`)
  }
}
await write("size", report)
process.exit(0)
