// Accounts without a page: the SDK plays the other side.
import { Client, http, privateKeySigner } from "@wafer/sdk"
import { attachment } from "@wafer/sdk/codecs/attachment"
import { reaction } from "@wafer/sdk/codecs/reaction"
import { remoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
import { reply } from "@wafer/sdk/codecs/reply"

/** An account of the SDK on a node. */
export function sdkClient(url: string): Promise<Client> {
  const signer = privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  const codecs = [attachment, reaction, remoteAttachment, reply]
  return Client.create(signer, { transport: http(url), codecs })
}

/** Runs `work` for 0 to `count` - 1, `atOnce` at a time. */
export async function many(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < count) await work(next++)
  }))
}
