// SHA-256 (FIPS 180-4 §6.2): the message schedule four words at a time, the rounds one by one.
import { wipe } from "./memory"

const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
], 16)

const INITIAL = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
], 16)

/** Each word with its bytes in the other order. */
const SWAP = memory.data<u8>([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12], 16)

/** W[t] + K[t] of the block at hand. */
const SCHEDULE = memory.data(64 * 4, 16)
/** The end of a message with its padding: one block or two. */
const LAST = memory.data(2 * 64, 16)

export function start(state: usize): void {
  memory.copy(state, INITIAL, 32)
}

/**
 * Finishes a hash: takes the rest of the message and writes the digest, over `state` if so asked.
 * `before` bytes, a multiple of 64, have gone into the state already.
 */
export function finish(state: usize, before: usize, data: usize, length: usize, digest: usize): void {
  const end = data + (length & ~63)
  for (; data < end; data += 64) compress(state, data)
  const rest = length & 63
  memory.fill(LAST, 0, 128)
  memory.copy(LAST, data, rest)
  store<u8>(LAST + rest, 0x80)
  const blocks: usize = rest < 56 ? 64 : 128
  store<u64>(LAST + blocks - 8, bswap<u64>((<u64>before + length) << 3))
  compress(state, LAST)
  if (blocks == 128) compress(state, LAST + 64)
  v128.store(digest, bigEndian(state))
  v128.store(digest, bigEndian(state + 16), 16)
}

export function wipeSha256(): void {
  wipe(SCHEDULE, 64 * 4)
  wipe(LAST, 128)
}

// @ts-ignore: decorator
@inline
function bigEndian(at: usize): v128 {
  return i8x16.swizzle(v128.load(at), v128.load(SWAP))
}

// @ts-ignore: decorator
@inline
function schedule(w: v128, at: usize): void {
  v128.store(at, i32x4.add(w, v128.load(at + (K - SCHEDULE))))
}

// @ts-ignore: decorator
@inline
function rotated(x: v128, n: i32): v128 {
  return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n))
}

// §4.1.2, (4.6)
// @ts-ignore: decorator
@inline
function sigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotated(x, 7), rotated(x, 18)), i32x4.shr_u(x, 3))
}

// §4.1.2, (4.7), of words that stand twice each in 64 bits, whose shift so rotates the word in their
// lower half. The result is there; the upper half means nothing.
// @ts-ignore: decorator
@inline
function sigma1(x: v128): v128 {
  return v128.xor(v128.xor(i64x2.shr_u(x, 17), i64x2.shr_u(x, 19)), i32x4.shr_u(x, 10))
}

/** W[t..t+3] of the 16 words before: w0 holds W[t-16..t-13], w3 holds W[t-4..t-1] (§6.2.2, step 1). */
// @ts-ignore: decorator
@inline
function next(w0: v128, w1: v128, w2: v128, w3: v128): v128 {
  const t15 = v128.shuffle<u32>(w0, w1, 1, 2, 3, 4)
  const t7 = v128.shuffle<u32>(w2, w3, 1, 2, 3, 4)
  const zero = i32x4.splat(0)
  let w = i32x4.add(i32x4.add(w0, sigma0(t15)), t7)
  // W[t+2] and W[t+3] need W[t] and W[t+1], so sigma1 takes two steps.
  const first = sigma1(v128.shuffle<u32>(w3, w3, 2, 2, 3, 3))
  w = i32x4.add(w, v128.shuffle<u32>(first, zero, 0, 2, 4, 5))
  const second = sigma1(v128.shuffle<u32>(w, w, 0, 0, 1, 1))
  return i32x4.add(w, v128.shuffle<u32>(zero, second, 0, 1, 4, 6))
}

// @ts-ignore: decorator
@inline
function t1(e: u32, f: u32, g: u32, h: u32, t: usize): u32 {
  const sum1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)
  return h + load<u32>(t) + (g ^ (e & (f ^ g))) + sum1
}

// Maj(a, b, c) is b ^ ((a ^ b) & (b ^ c)).
// @ts-ignore: decorator
@inline
function t2(a: u32, b: u32, ab: u32, bc: u32): u32 {
  const sum0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)
  return sum0 + (b ^ (ab & bc))
}

/** Takes one block into the state. */
export function compress(state: usize, block: usize): void {
  let w0 = bigEndian(block)
  let w1 = bigEndian(block + 16)
  let w2 = bigEndian(block + 32)
  let w3 = bigEndian(block + 48)
  schedule(w0, SCHEDULE)
  schedule(w1, SCHEDULE + 16)
  schedule(w2, SCHEDULE + 32)
  schedule(w3, SCHEDULE + 48)
  let a = load<u32>(state, 0)
  let b = load<u32>(state, 4)
  let c = load<u32>(state, 8)
  let d = load<u32>(state, 12)
  let e = load<u32>(state, 16)
  let f = load<u32>(state, 20)
  let g = load<u32>(state, 24)
  let h = load<u32>(state, 28)
  // a ^ b of one round is b ^ c of the next.
  let ab: u32 = 0
  let bc = b ^ c
  // Eight rounds give every variable its name back, so nothing has to move.
  for (let t = SCHEDULE; t < SCHEDULE + 256; t += 32) {
    if (t < SCHEDULE + 192) {
      const w4 = next(w0, w1, w2, w3)
      const w5 = next(w1, w2, w3, w4)
      schedule(w4, t + 64)
      schedule(w5, t + 80)
      w0 = w2
      w1 = w3
      w2 = w4
      w3 = w5
    }
    h = t1(e, f, g, h, t)
    d += h
    ab = a ^ b
    h += t2(a, b, ab, bc)
    g = t1(d, e, f, g, t + 4)
    c += g
    bc = h ^ a
    g += t2(h, a, bc, ab)
    f = t1(c, d, e, f, t + 8)
    b += f
    ab = g ^ h
    f += t2(g, h, ab, bc)
    e = t1(b, c, d, e, t + 12)
    a += e
    bc = f ^ g
    e += t2(f, g, bc, ab)
    d = t1(a, b, c, d, t + 16)
    h += d
    ab = e ^ f
    d += t2(e, f, ab, bc)
    c = t1(h, a, b, c, t + 20)
    g += c
    bc = d ^ e
    c += t2(d, e, bc, ab)
    b = t1(g, h, a, b, t + 24)
    f += b
    ab = c ^ d
    b += t2(c, d, ab, bc)
    a = t1(f, g, h, a, t + 28)
    e += a
    bc = b ^ c
    a += t2(b, c, bc, ab)
  }
  store<u32>(state, load<u32>(state, 0) + a, 0)
  store<u32>(state, load<u32>(state, 4) + b, 4)
  store<u32>(state, load<u32>(state, 8) + c, 8)
  store<u32>(state, load<u32>(state, 12) + d, 12)
  store<u32>(state, load<u32>(state, 16) + e, 16)
  store<u32>(state, load<u32>(state, 20) + f, 20)
  store<u32>(state, load<u32>(state, 24) + g, 24)
  store<u32>(state, load<u32>(state, 28) + h, 28)
}
