import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { type Signature, SignatureSchema, type Token, TokenSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { account } from "../../tests/node/token.ts"
import { fromHex, vectors } from "../../tests/vectors.ts"
import { authorize, createAuthenticator } from "./auth.ts"
import { Refusal } from "../refusal.ts"

const at = (ms: number) => createAuthenticator(() => new Date(ms))

function refusalOf(call: () => unknown): Refusal {
  try {
    call()
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error))
    return error
  }
  throw new assert.AssertionError({ message: "nothing was refused" })
}

describe("tokens of the official client", () => {
  for (const { id, input, output } of vectors("auth_token", "authToken")) {
    const last = Number(output.expiresAtMsExclusive) - 1

    it(`${id} names its wallet until it expires`, () => {
      const authenticator = at(last)
      assert.equal(authenticator.authenticate(output.authorizationHeader), input.address)
      assert.equal(authenticator.authenticate(output.authorizationHeader), input.address)
      const refusal = refusalOf(() => at(last + 1).authenticate(output.authorizationHeader))
      assert.equal(refusal.rawMessage, "token expired")
      assert.equal(refusal.code, Code.Unauthenticated)
    })

    it(`${id} expires in the cache too`, () => {
      let now = last
      const authenticator = createAuthenticator(() => new Date(now))
      authenticator.authenticate(output.authorizationHeader)
      now++
      refusalOf(() => authenticator.authenticate(output.authorizationHeader))
    })

    it(`${id} is refused with any bit of its signed data flipped`, () => {
      const bytes = fromHex(output.tokenBytes)
      const token = fromBinary(TokenSchema, bytes)
      for (let bit = 0; bit < token.authDataBytes.length * 8; bit += 7) {
        const authDataBytes = Uint8Array.from(token.authDataBytes)
        authDataBytes[bit >> 3]! ^= 1 << (bit & 7)
        refusalOf(() => at(last).authenticate(bearer({ ...token, authDataBytes })))
      }
    })
  }

  it("may come from the future", () => {
    const { input, output } = vectors("auth_token", "authToken")[0]!
    assert.equal(at(0).authenticate(output.authorizationHeader), input.address)
  })
})

describe("refused tokens", () => {
  const now = Date.UTC(2026, 0, 1)
  const [alice, bob] = [account(1), account(2)]
  const header = alice.authorization(new Date(now))
  const token = fromBinary(
    TokenSchema,
    Uint8Array.from(atob(header.slice(7)), (c) => c.charCodeAt(0)),
  )
  const bobs = fromBinary(
    TokenSchema,
    Uint8Array.from(atob(bob.authorization(new Date(now)).slice(7)), (c) => c.charCodeAt(0)),
  )
  const compact = token.authDataSignature!.union.value!
  const key = token.identityKey!

  const cases: [string, string | null, RegExp][] = [
    ["no header", null, /^authorization token is not provided$/],
    ["one word", "Bearer", /^invalid authorization header$/],
    ["three words", "Bearer a b", /^invalid authorization header$/],
    ["another scheme", "bearer abcd", /^unrecognized authorization scheme bearer$/],
    ["no base64", "Bearer %%%%", /^extracting token: /],
    ["base64 without padding", header.replace(/=*$/, "") + "A", /^extracting token: /],
    ["no protobuf", "Bearer " + btoa("\x0a\xff"), /^extracting token: /],
    ["nothing in it", "Bearer AA==", /^extracting token: /],
    ["no identity key", bearer({ ...token, identityKey: undefined! }), /missing identity key/],
    [
      "an unsigned identity key",
      bearer({ ...token, identityKey: { ...key, signature: undefined! } }),
      /missing identity key/,
    ],
    [
      "a wallet signature of 3 bytes",
      bearer({
        ...token,
        identityKey: {
          ...key,
          signature: signature("ecdsaCompact", new Uint8Array(3), 0),
        },
      }),
      /^validating token: /,
    ],
    ["no data", bearer({ ...token, authDataBytes: new Uint8Array() }), /^missing auth data$/],
    [
      "no signature over the data",
      bearer({ ...token, authDataSignature: undefined! }),
      /^missing auth data signature$/,
    ],
    [
      "a wallet's kind of signature over the data",
      bearer({
        ...token,
        authDataSignature: signature("walletEcdsaCompact", compact.bytes, compact.recovery),
      }),
      /^unknown signature type$/,
    ],
    [
      "a signature in its high-S form",
      bearer({
        ...token,
        authDataSignature: signature("ecdsaCompact", highS(compact.bytes), compact.recovery),
      }),
      /^invalid signature$/,
    ],
    [
      "somebody else's signature",
      bearer({ ...token, authDataSignature: bobs.authDataSignature! }),
      /^invalid signature$/,
    ],
    [
      "an hour and a millisecond of age",
      alice.authorization(new Date(now - 3_600_001)),
      /^token expired$/,
    ],
  ]

  for (const [name, authorization, message] of cases) {
    it(name, () => {
      const refusal = refusalOf(() => at(now).authenticate(authorization))
      assert.match(refusal.rawMessage, message)
      assert.equal(refusal.code, Code.Unauthenticated)
    })
  }

  it("takes the wallet's signature in either slot", () => {
    const { bytes, recovery } = key.signature!.union.value!
    const other = signature("walletEcdsaCompact", bytes, recovery)
    const moved = bearer({ ...token, identityKey: { ...key, signature: other } })
    assert.equal(at(now).authenticate(moved), alice.address)
  })
})

describe("who may write where", () => {
  const me = "0xF6654Ccbcb9108B22848443B9c142Cf0476943a6"
  const open = [
    `/xmtp/0/contact-${me}/proto`,
    `/xmtp/0/privatestore-${me}/key_bundle/proto`,
    "/xmtp/0/invite-0x0000000000000000000000000000000000000000/proto",
    "/xmtp/0/userpreferences-abc/proto",
    "/xmtp/0/whatever",
    "/xmtp/1/contact-nobody/proto",
    "contact-nobody",
    "",
  ]
  const closed = [
    "/xmtp/0/contact-0x0000000000000000000000000000000000000000/proto",
    `/xmtp/0/contact-${me.toLowerCase()}/proto`,
    "/xmtp/0/privatestore-/key_bundle/proto",
    "/xmtp/0/contact",
    `/xmtp/0/privatestore-${me.slice(0, -1)}/key_bundle/proto`,
  ]

  for (const topic of open) it(`open: ${topic}`, () => authorize(me, [topic]))
  for (const topic of closed) {
    it(`closed: ${topic}`, () => {
      const refusal = refusalOf(() => authorize(me, ["/xmtp/0/m-1/proto", topic]))
      assert.equal(refusal.rawMessage, "publishing to restricted topic")
      assert.equal(refusal.code, Code.PermissionDenied)
    })
  }
})

function signature(
  slot: "ecdsaCompact" | "walletEcdsaCompact",
  bytes: Uint8Array,
  recovery: number,
): Signature {
  return create(SignatureSchema, { union: { case: slot, value: { bytes, recovery } } })
}

function bearer(token: Token): string {
  return `Bearer ${btoa(String.fromCharCode(...toBinary(TokenSchema, token)))}`
}

function highS(signature: Uint8Array): Uint8Array {
  const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const hex = Array.from(signature.subarray(32), (b) => b.toString(16).padStart(2, "0")).join("")
  const s = (n - BigInt(`0x${hex}`)).toString(16).padStart(64, "0")
  return Uint8Array.from([...signature.subarray(0, 32), ...fromHex(s)])
}
