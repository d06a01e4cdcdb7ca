import assert from "node:assert/strict"
import { it } from "node:test"
import { openApi } from "./openapi.ts"

it("the API is described from the messages themselves", () => {
  const document = openApi() as unknown as {
    paths: Record<string, unknown>
    components: { schemas: Record<string, { properties?: Record<string, unknown> }> }
  }
  assert.equal(Object.keys(document.paths).length, 5)
  assert.deepEqual(document.components.schemas.Envelope!.properties, {
    contentTopic: { type: "string" },
    timestampNs: { type: "string", pattern: "^-?[0-9]+$" },
    message: { type: "string", contentEncoding: "base64" },
  })
  const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g)!
  for (const reference of references) {
    assert.ok(document.components.schemas[reference.split("/").at(-1)!], reference)
  }
})
