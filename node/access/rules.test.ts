import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { clientAddress, countedAs } from "./client-address.ts"
import { parseAddress, parseRange } from "./ip.ts"
import { parseRules, RulesError } from "./rules.ts"

describe("addresses", () => {
  const cases: [string, number | undefined, bigint?][] = [
    ["127.0.0.1", 32, 0x7f000001n],
    ["::ffff:10.0.0.1", 32, 0x0a000001n],
    ["::1", 128, 1n],
    ["2001:db8::ff00:42:8329", 128, 0x20010db8000000000000ff0000428329n],
    ["[fe80::1%eth0]", 128, 0xfe800000000000000000000000000001n],
    ["1:2:3:4:5:6:7:8", 128, 0x00010002000300040005000600070008n],
    ["256.0.0.1", undefined],
    ["1.2.3", undefined],
    ["1:2:3", undefined],
    ["1::2::3", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["::12345", undefined],
    ["localhost", undefined],
    ["", undefined],
  ]
  for (const [text, bits, value] of cases) {
    it(`${text || "nothing"} is ${bits ? `${bits} bits` : "no address"}`, () => {
      assert.deepEqual(parseAddress(text), bits && { bits, value })
    })
  }

  it("make ranges", () => {
    assert.equal(parseRange("10.0.0.0/8")?.prefix, 8)
    assert.equal(parseRange("10.0.0.1")?.prefix, 32)
    for (const wrong of ["10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "a/8"]) {
      assert.equal(parseRange(wrong), undefined, wrong)
    }
  })
})

describe("the address that counts", () => {
  const trusted = ["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"].map((text) => parseRange(text)!)
  const cases: [remote: string | undefined, forwardedFor: string | null, client: string][] = [
    ["203.0.113.9", null, "203.0.113.9"],
    ["203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["127.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"],
    ["127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"],
    ["fd00::1", "10.0.0.1", "10.0.0.1"],
    ["::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["127.0.0.1", "198.51.100.1:4711, 10.1.2.3:80", "198.51.100.1"],
    ["127.0.0.1", "[2001:db8::7]:4711", "[2001:db8::7]"],
    ["127.0.0.1", "2001:db8::7:8", "2001:db8::7:8"],
    ["2001:db8:1:2:3:4:5:6", null, "2001:db8:1:2:3:4:5:6"],
    [undefined, null, "unknown"],
  ]
  for (const [remote, forwardedFor, client] of cases) {
    it(`${remote} for ${forwardedFor} is ${client}`, () => {
      assert.equal(clientAddress(remote, forwardedFor, trusted), client)
    })
  }
})

describe("what limits count by", () => {
  const cases: [address: string, counted: string][] = [
    ["198.51.100.1", "198.51.100.1"],
    ["::ffff:198.51.100.1", "198.51.100.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2:ffff::9]", "2001:db8:1:2::/64"],
    ["unknown", "unknown"],
  ]
  for (const [address, counted] of cases) {
    it(`${address} counts as ${counted}`, () => assert.equal(countedAs(address), counted))
  }
})

describe("rules", () => {
  const wallet = "0xF6654Ccbcb9108B22848443B9c142Cf0476943a6"
  const rules = parseRules(`
    # ours
    priority 10.0.0.0/8
    denied   10.6.6.0/24   # except these
    denied   2001:db8::/32
    priority 2001:db8::42
    writer   2001:db8:0:0:1::/80
    writer   ${wallet}
  `)

  it("know ranges and wallets, the narrower and the wallet first", () => {
    assert.equal(rules.of("10.1.1.1", undefined), "priority")
    assert.equal(rules.of("10.6.6.6", undefined), "denied")
    assert.equal(rules.of("10.6.6.6", wallet.toLowerCase()), "writer")
    assert.equal(rules.of("2001:db8:0:1::9", undefined), "denied")
    assert.equal(rules.of("2001:db8::42", undefined), "priority")
    assert.equal(rules.of("2001:db8::2:2:3:4", undefined), "denied")
    assert.equal(rules.of("2001:db8:0:0:1:2:3:4", undefined), "writer")
    assert.equal(rules.of("192.0.2.1", "0x0000000000000000000000000000000000000000"), undefined)
    assert.equal(rules.of("unknown", undefined), undefined)
    assert.equal(rules.namesWallets, true)
  })

  it("say which line is wrong", () => {
    const wrong = ["denied", "denied a b", "banned 10.0.0.1", "denied 10.0.0.0/99", "denied 0x12"]
    for (const line of wrong) {
      assert.throws(
        () => parseRules(`# one\n${line}`),
        (e) => e instanceof RulesError && e.message.startsWith("line 2: "),
        line,
      )
    }
  })
})
