// The account's secrets at rest: sealed with AES-GCM under a key that this browser keeps and cannot
// show (Web Crypto, not extractable), or under a passphrase.
import type { ExportFormat } from "../actions.ts"
import { hex } from "../text/hex.ts"

/** What makes the account. */
export interface Secrets {
  /** The private key bundle, as the SDK and the official clients export it. */
  readonly keys: Uint8Array
  /** The wallet's own key, for an account that was made here. */
  readonly wallet?: Uint8Array
}

/** Sealed secrets. Without `salt` the device's key opens them, with it a passphrase. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly data: Uint8Array<ArrayBuffer>
  readonly salt?: Uint8Array<ArrayBuffer>
}

/** The format of exported files; `wafer` is its version. */
interface KeyFile {
  readonly wafer: 1
  readonly address: string
  readonly kdf: "PBKDF2-SHA-256"
  readonly iterations: number
  readonly salt: string
  readonly iv: string
  readonly data: string
}

// OWASP's figure for PBKDF2-SHA-256 (2023).
const ITERATIONS = 600_000

export function makeDeviceKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
}

export async function sealForDevice(secrets: Secrets, key: CryptoKey): Promise<Sealed> {
  const iv = random(12)
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, encode(secrets))
  return { iv, data: new Uint8Array(data) }
}

export async function sealWithPassphrase(secrets: Secrets, passphrase: string): Promise<Sealed> {
  const salt = random(16)
  return { ...await sealForDevice(secrets, await stretch(passphrase, salt, ITERATIONS)), salt }
}

/** Opens secrets with the device's key or a passphrase; undefined when that is the wrong one. */
export async function open(
  sealed: Sealed,
  with_: CryptoKey | string,
): Promise<Secrets | undefined> {
  const key = typeof with_ === "string"
    ? await stretch(with_, sealed.salt ?? new Uint8Array(), ITERATIONS)
    : with_
  try {
    const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.data)
    return decode(new Uint8Array(data))
  } catch {
    return undefined
  }
}

/** The secrets as text, to be kept outside of this browser. */
export async function exported(
  secrets: Secrets,
  address: string,
  format: ExportFormat,
  passphrase: string,
): Promise<string> {
  switch (format) {
    case "raw":
      if (!secrets.wallet) throw new Error("The key of this account is in its wallet.")
      return `0x${hex(secrets.wallet)}\n`
    case "bundle":
      return `${toBase64(secrets.keys)}\n`
    case "file": {
      const { iv, data, salt } = await sealWithPassphrase(secrets, passphrase)
      const file: KeyFile = {
        wafer: 1,
        address,
        kdf: "PBKDF2-SHA-256",
        iterations: ITERATIONS,
        salt: toBase64(salt!),
        iv: toBase64(iv),
        data: toBase64(data),
      }
      return `${JSON.stringify(file, null, 2)}\n`
    }
  }
}

/** What pasted text or a file holds: whole secrets, a wallet's key, or a key bundle. */
export async function imported(
  text: string,
  passphrase: string,
): Promise<Secrets | { wallet: Uint8Array }> {
  const trimmed = text.trim()
  if (/^(0x)?[0-9a-f]{64}$/i.test(trimmed)) {
    const digits = trimmed.replace(/^0x/i, "")
    return { wallet: Uint8Array.from(digits.match(/../g)!, (pair) => parseInt(pair, 16)) }
  }
  if (!trimmed.startsWith("{")) {
    try {
      return { keys: fromBase64(trimmed) }
    } catch {
      throw new Error("This is not a key: paste 64 digits, a key bundle or a backup file.")
    }
  }
  let file: KeyFile
  try {
    file = JSON.parse(trimmed)
  } catch {
    throw new Error("This is not a backup file: it is not JSON.")
  }
  if (file.wafer !== 1) throw new Error("This is not a backup file of Wafer.")
  const salt = fromBase64(file.salt)
  const key = await stretch(passphrase, salt, Math.min(file.iterations, 10_000_000))
  const secrets = await open({ iv: fromBase64(file.iv), data: fromBase64(file.data) }, key)
  if (!secrets) throw new Error("That passphrase does not open this file.")
  return secrets
}

async function stretch(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  const raw = new TextEncoder().encode(passphrase.normalize("NFKC"))
  const material = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveKey"])
  return await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  )
}

function encode({ keys, wallet }: Secrets): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    JSON.stringify({ keys: toBase64(keys), ...(wallet && { wallet: toBase64(wallet) }) }),
  )
}

function decode(bytes: Uint8Array): Secrets {
  const { keys, wallet } = JSON.parse(new TextDecoder().decode(bytes))
  return { keys: fromBase64(keys), ...(wallet && { wallet: fromBase64(wallet) }) }
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
