// Whether the time of a call depends on a secret, by statistics (Reparaz, Balasch and Verbauwhede, "dude,
// is my code constant time?", 2017): times with one fixed secret against times with random ones, by
// Welch's t-test. |t| above 10 or so, and growing with the number of samples, is a leak; on a machine
// that does other work, values of some units come and go.
//   deno run -A bench/timing.ts [samples]     (or node, or bun)
import { aes256gcm, open, seal, secp256k1 } from "@wafer/crypto"
import process from "node:process"

export interface Subject {
  readonly name: string
  /** The call to time. What it needs is made before, from a secret of 32 bytes. */
  readonly prepare: (secret: Uint8Array) => () => unknown
  /** How many calls make one sample: enough for the clock to see. */
  readonly calls: number
}

const FIXED = new Uint8Array(32).fill(0x5a)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const nonce = random(12)
const plaintext = random(256)
const digest = random(32)
/** Below the order of secp256k1, and not zero. */
const secretKey = (secret: Uint8Array) => secret.with(0, secret[0]! & 127).with(31, secret[31]! | 1)
const peer = secp256k1.getPublicKey(secretKey(random(32)))

export const subjects: readonly Subject[] = [
  {
    name: "aes256gcm.decrypt, the key",
    prepare: (key) => {
      const ciphertext = aes256gcm.encrypt(key, nonce, plaintext)
      return () => aes256gcm.decrypt(key, nonce, ciphertext)
    },
    calls: 8,
  },
  {
    name: "aes256gcm.decrypt, a forged tag",
    prepare: (tag) => {
      const key = plaintext.subarray(0, 32)
      const ciphertext = aes256gcm.encrypt(key, nonce, plaintext)
      ciphertext.set(tag.subarray(0, 16), 256)
      return () => {
        try {
          aes256gcm.decrypt(key, nonce, ciphertext)
        } catch { /* as it must */ }
      }
    },
    calls: 4,
  },
  {
    name: "open, the secret",
    prepare: (secret) => {
      const payload = seal(secret, digest, nonce, plaintext)
      return () => open(secret, digest, nonce, payload)
    },
    calls: 8,
  },
  {
    name: "secp256k1.sharedPoint, the secret key",
    prepare: (secret) => {
      const key = secretKey(secret)
      return () => secp256k1.sharedPoint(key, peer)
    },
    calls: 1,
  },
  {
    name: "secp256k1.sign, the secret key",
    prepare: (secret) => {
      const key = secretKey(secret)
      return () => secp256k1.sign(digest, key)
    },
    calls: 1,
  },
  {
    name: "for comparison: a comparison that stops at the first difference",
    prepare: (secret) => {
      const [a, b] = [new Uint8Array(4096), new Uint8Array(4096)]
      // Alike to the end for one secret, different early for almost all others.
      a[secret[0] === FIXED[0] ? 4095 : secret[0]! + 1] = 1
      return () => a.every((byte, i) => byte === b[i])
    },
    calls: 1,
  },
]

/** How many secrets of each class are prepared, to be gone through again and again. */
const PREPARED = 256

/** Welch's t of the times with a fixed secret and the times with random ones. */
export function leakOf({ prepare, calls }: Subject, samples: number): number {
  const runs = [
    Array.from({ length: PREPARED }, () => prepare(FIXED.slice())),
    Array.from({ length: PREPARED }, () => prepare(random(32))),
  ] as const
  const times: [number[], number[]] = [[], []]
  const coins = random(4096)
  for (let i = -samples >> 3; i < samples; i++) {
    const which = (coins[i & 4095]! & 1) as 0 | 1
    const run = runs[which][(i * 7) & (PREPARED - 1)]!
    const start = performance.now()
    for (let call = 0; call < calls; call++) run()
    const time = performance.now() - start
    // An eighth goes before, to warm up.
    if (i >= 0) times[which].push(time)
  }
  // What the machine did in the meantime lies in the slow tail of both.
  const all = [...times[0], ...times[1]].sort((a, b) => a - b)
  const limit = all[Math.floor(all.length * 0.9)]!
  return welch(times[0].filter((t) => t <= limit), times[1].filter((t) => t <= limit))
}

/** Welch's t: the difference of the means, in its own standard deviations. */
export function welch(a: readonly number[], b: readonly number[]): number {
  const [meanA, errorA] = meanAndError(a)
  const [meanB, errorB] = meanAndError(b)
  return (meanA - meanB) / Math.sqrt(errorA + errorB)
}

function meanAndError(sample: readonly number[]): [mean: number, squaredError: number] {
  const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length
  const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sample.length - 1)
  return [mean, variance / sample.length]
}

if (import.meta.main) {
  const samples = Number(process.argv[2] ?? 50_000)
  for (const subject of subjects) {
    const t = leakOf(subject, samples)
    console.log(`${`t = ${t.toFixed(1)}`.padEnd(12)}  ${subject.name}, ${samples} samples`)
  }
}
