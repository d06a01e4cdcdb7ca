import assert from "node:assert/strict"
import { test } from "node:test"
import { vectors } from "../../tests/vectors.ts"
import {
  contactTopic,
  conversationTopic,
  directTopic,
  ephemeralTopic,
  introTopic,
  inviteTopic,
  isPrintableTopic,
  privateStoreTopic,
} from "./topics.ts"

const topicOf: Record<string, (input: Record<string, string>) => string> = {
  contact: ({ address }) => contactTopic(address!),
  intro: ({ address }) => introTopic(address!),
  invite: ({ address }) => inviteTopic(address!),
  privatestore: ({ key }) => privateStoreTopic(key!.split("/")[0]!),
  dm: ({ a, b }) => directTopic(a!, b!),
  m: ({ identifier }) => conversationTopic(identifier!),
}

for (const { id, input, output } of vectors("topics", "topic")) {
  // Derived from a secret: keystore.test.ts has these.
  if (input.kind === "userpreferences") continue
  test(`${id}: names its topic`, () => {
    assert.equal(topicOf[input.kind]!(input), output.topic)
    if (output.ephemeral) assert.equal(ephemeralTopic(output.topic), output.ephemeral)
    assert.equal(isPrintableTopic(output.topic), true)
  })
}

test("a topic that is not printable ASCII is told apart", () => {
  assert.equal(isPrintableTopic("/xmtp/0/m-\u0000abc/proto"), false)
  assert.equal(isPrintableTopic("/xmtp/0/m-é/proto"), false)
})
