import assert from "node:assert/strict"
import { it } from "node:test"
import { createRegistry } from "./metrics.ts"

it("prints the text format of Prometheus", () => {
  const registry = createRegistry()
  const calls = registry.counter("calls_total", "Calls")
  calls.add(1, { code: "ok" })
  calls.add(2, { code: "ok" })
  calls.add(1, { code: 'a"b\\c\nd' })
  registry.gauge("depth", "How deep", () => 3.5)
  registry.gauge("unread", "Set later").set(1, { of: "x" })
  const seconds = registry.histogram("seconds", "Time", [0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value, { to: "y" })
  assert.equal(
    registry.text(),
    `# HELP calls_total Calls
# TYPE calls_total counter
calls_total{code="ok"} 3
calls_total{code="a\\"b\\\\c\\nd"} 1
# HELP depth How deep
# TYPE depth gauge
depth 3.5
# HELP unread Set later
# TYPE unread gauge
unread{of="x"} 1
# HELP seconds Time
# TYPE seconds histogram
seconds_bucket{to="y",le="0.1"} 2
seconds_bucket{to="y",le="1"} 3
seconds_bucket{to="y",le="+Inf"} 4
seconds_sum{to="y"} 7.65
seconds_count{to="y"} 4
`,
  )
})

it("refuses a second metric of one name", () => {
  const registry = createRegistry()
  registry.counter("a", "A")
  assert.throws(() => registry.gauge("a", "Again"))
})
