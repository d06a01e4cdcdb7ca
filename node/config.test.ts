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
    [["--retention", "1 day"], /--retention expected a time like 90m, 24h or 7d, got 1 day/],
    [["--trust-proxy", "proxy"], /--trust-proxy expected an address or a range/],
    [["--shards", "many"], /--shards expected a whole number, got many/],
    [["--shards", "12"], /--shards and --keep-shards expected a power of two up to 1024 shards/],
    [["--shards", "4", "--keep-shards", "4"], /--keep-shards expected a shard below 4, got 4/],
    [["--shards", "4", "--keep-shards", "3-1"], /--keep-shards expected shards like 0-3,7/],
    [["--shards", "4", "--keep-shards", "1"], /--keep-shards needs peers/],
    [["--tls-cert", "a.pem"], /--tls-cert and --tls-key need each other/],
  ]
  for (const [args, message] of wrong) {
    it(`refuses ${args.join(" ")}`, () => {
      assert.throws(
        () => readConfig(args, {}),
        (e) => e instanceof ConfigError && message.test(e.message),
      )
    })
  }

  it("reads times", () => {
    const times = ["0", "90s", "90m", "24h", "7d"].map((t) =>
      readConfig(["--retention", t], {}).retentionMs
    )
    assert.deepEqual(times, [0, 90_000, 5_400_000, 86_400_000, 604_800_000])
  })

  it("joins the peer network when it is asked to", () => {
    assert.equal(readConfig([], {}).p2pPort, undefined)
    assert.equal(readConfig(["--peer", "/a"], {}).p2pPort, 5557)
    assert.equal(readConfig(["--p2p-port", "0"], {}).p2pPort, 0)
  })

  it("keeps every shard, or those that are listed", () => {
    const kept = (...args: string[]) => {
      const { shards } = readConfig(["--peer", "/a", ...args], {})
      return [shards.count, shards.kept]
    }
    assert.deepEqual(kept(), [1, [0]])
    assert.deepEqual(kept("--shards", "4"), [4, [0, 1, 2, 3]])
    assert.deepEqual(kept("--shards", "16", "--keep-shards", "9,0-3,2"), [16, [0, 1, 2, 3, 9]])
    assert.deepEqual(kept("--shards", "2", "--keep-shards", "none"), [2, []])
  })

  it("explains every flag", () => {
    for (const flag of ["port", "grpc-port", "p2p-port", "data", "kv", "network", "peer"]) {
      assert.match(usage, new RegExp(`--${flag} `))
    }
  })
})
