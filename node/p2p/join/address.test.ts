import assert from "node:assert/strict"
import { test } from "node:test"
import { multiaddr } from "@multiformats/multiaddr"
import { mayCross, mayDial, prefixOf, reachOf } from "./address.ts"

for (
  const [address, reach, prefix] of [
    ["/ip4/127.0.0.1/tcp/1", "loopback", "127.0.0"],
    ["/ip4/10.1.2.3/tcp/1", "private", "10.1.2"],
    ["/ip4/172.31.0.1/tcp/1", "private", "172.31.0"],
    ["/ip4/172.32.0.1/tcp/1", "public", "172.32.0"],
    ["/ip4/192.168.7.9/tcp/1", "private", "192.168.7"],
    ["/ip4/100.64.0.1/tcp/1", "private", "100.64.0"],
    ["/ip4/169.254.1.1/tcp/1", "private", "169.254.1"],
    ["/ip4/224.0.0.1/tcp/1", "private", "224.0.0"],
    ["/ip4/8.8.8.8/tcp/1", "public", "8.8.8"],
    ["/ip6/::1/tcp/1", "loopback", "0:0:0"],
    ["/ip6/::ffff:127.0.0.1/tcp/1", "loopback", "0:0:0"],
    ["/ip6/fe80::1/tcp/1", "private", "fe80:0:0"],
    ["/ip6/fd00::1/tcp/1", "private", "fd00:0:0"],
    ["/ip6/2a01:4f8:1:2::9/tcp/1", "public", "2a01:4f8:1"],
    ["/dns4/node.example.org/tcp/1", "public", "node.example.org"],
  ] as const
) {
  test(`${address} is ${reach}`, () => {
    assert.equal(reachOf(multiaddr(address)), reach)
    assert.equal(prefixOf(multiaddr(address)), prefix)
  })
}

test("nobody outside learns the inside", () => {
  const inside = multiaddr("/ip4/10.0.0.1/tcp/5557")
  assert.equal(mayCross(inside, "loopback"), true)
  assert.equal(mayCross(inside, "private"), true)
  assert.equal(mayCross(inside, "public"), false)
})

test("a stranger's word is not enough to dial a mail server", () => {
  assert.equal(mayDial(multiaddr("/ip4/8.8.8.8/tcp/25")), false)
  assert.equal(mayDial(multiaddr("/ip4/8.8.8.8/tcp/443")), true)
  assert.equal(mayDial(multiaddr("/ip4/8.8.8.8/tcp/5557")), true)
})
