import assert from "node:assert/strict"
import { it } from "node:test"
import { createReadiness } from "./readiness.ts"

it("asks the store once a second whether it is well, however many ask the node", async () => {
  let asked = 0
  const check = (): Promise<void> => Promise.resolve(void asked++)
  const ready = createReadiness({ check }, { check() {} })
  await Promise.all(Array.from({ length: 50 }, ready))
  assert.equal(asked, 1)
})

it("tells why messages are not taken, without a look at the store", async () => {
  const check = (): Promise<void> => Promise.reject(new Error("not asked"))
  const full = (): void => {
    throw new Error("disk full")
  }
  await assert.rejects(createReadiness({ check }, { check: full })(), /disk full/)
})
