// Moves an account to another device: its keys in a file that a password opens. No wallet signs.
//   deno run -A examples/key-export.ts http://localhost:5555
import { Client, type ClientOptions, http, privateKeySigner } from "@wafer/sdk"
import process from "node:process"

/** The account's keys and the keys of its conversations, sealed with a password. */
export async function exportAccount(client: Client, password: string): Promise<Uint8Array> {
  const [keys, conversations] = await Promise.all([
    client.exportKeys(),
    client.conversations.exportConversations(),
  ])
  const [salt, iv] = [randomBytes(16), randomBytes(12)]
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, keys.length, true)
  const contents = new Uint8Array([...length, ...keys, ...conversations])
  const key = await keyOf(password, salt)
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, contents)
  return new Uint8Array([...salt, ...iv, ...new Uint8Array(sealed)])
}

/** The account that {@link exportAccount} sealed. Rejects when the password is another one. */
export async function importAccount(
  file: Uint8Array,
  password: string,
  options: ClientOptions,
): Promise<Client> {
  const key = await keyOf(password, file.slice(0, 16))
  const algorithm = { name: "AES-GCM", iv: file.slice(16, 28) }
  const contents = await crypto.subtle.decrypt(algorithm, key, file.slice(28))
  const length = new DataView(contents).getUint32(0, true)
  const client = await Client.withKeys(new Uint8Array(contents, 4, length), options)
  await client.conversations.importConversations(new Uint8Array(contents, 4 + length))
  return client
}

/** Slow on purpose, so that guessing passwords is slow too. */
async function keyOf(password: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const secret = new TextEncoder().encode(password)
  const base = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"])
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations: 600_000 }
  const use = { name: "AES-GCM", length: 256 }
  return await crypto.subtle.deriveKey(derivation, base, use, false, ["encrypt", "decrypt"])
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

if (import.meta.main) {
  const transport = http(process.argv[2] ?? "http://localhost:5555")
  const phone = await Client.create(privateKeySigner(randomBytes(32)), { transport })
  const file = await exportAccount(phone, "correct horse battery staple")
  const laptop = await importAccount(file, "correct horse battery staple", { transport })
  console.log(`${laptop.address} moved in ${file.length} bytes`)
  await Promise.all([phone.close(), laptop.close()])
}
