import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from "@libp2p/crypto/keys"
import type { PrivateKey } from "@libp2p/interface"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { dirname } from "node:path"

/** The node's Ed25519 key, which is its name in the network. Without a path it lives as long as the process. */
export async function loadKey(path: string | undefined): Promise<PrivateKey> {
  if (path === undefined) return await generateKeyPair("Ed25519")
  try {
    return privateKeyFromProtobuf(await readFile(path))
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error
  }
  const key = await generateKeyPair("Ed25519")
  await mkdir(dirname(path), { recursive: true })
  // Whole or not at all: half a key would be another name after a crash.
  await writeFile(`${path}.new`, privateKeyToProtobuf(key), { mode: 0o600 })
  await rename(`${path}.new`, path)
  return key
}
