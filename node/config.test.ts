import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { ConfigError, readConfig, usage } from "./config.ts"

describe("the configuration", () => {
  it("has defaults that need nothing", () => {
    const config = readConfig([], {})
    assert.deepEqual(
      [config.port, config.grpcPort, config.data, config.network, config.limits],
      [5555, 5556, "data", "wafer", true],
    )
  })

  it("takes flags before variables before defaults", () => {
    const env = { WAFER_PORT: "1", WAFER_GRPC_PORT: "2", WAFER_DATA: "" }
    const config = readConfig(["--port", "3", "--data=:memory:"], env)
    assert.deepEqual([config.port, config.grpcPort, config.data], [3, 2, ":memory:"])
  })

  it("lists what may be given more than once", () => {
    assert.deepEqual(readConfig(["--peer", "/a", "--peer", "/b"], {}).peers, ["/a", "/b"])
    assert.deepEqual(readConfig([], { WAFER_PEER: "/a,/b" }).peers, ["/a", "/b"])
  })

  const wrong: [string[], RegExp][] = [
    [["--prot", "1"], /--prot is not a flag/],
    [["5555"], /5555 is not a flag/],
    [["--port"], /--port needs a value/],
    [["--port", "http"], /--port expected a port from 0 to 65535, got http/],
    [["--port", "65536"], /--port expected/],
    [["--port", "-1"], /--port expected/],
    [["--limits", "maybe"], /--limits expected on, off, got maybe/],
    [["--log-level", "loud"], /--log-level expected/],
  ]
  for (const [args, message] of wrong) {
    it(`refuses ${args.join(" ")}`, () => {
      assert.throws(
        () => readConfig(args, {}),
        (e) => e instanceof ConfigError && message.test(e.message),
      )
    })
  }

  it("explains every flag", () => {
    for (const flag of ["port", "grpc-port", "p2p-port", "data", "kv", "network", "peer"]) {
      assert.match(usage, new RegExp(`--${flag} `))
    }
  })
})
