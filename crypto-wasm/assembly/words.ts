// Integers of 256 bits as eight 32-bit words, the least significant first: the form in which
// numbers pass between bytes, the field, the scalars and the inversion. Nothing here branches on a
// word.

/** Reads 32 bytes, the most significant first. */
export function fromBytes(words: usize, bytes: usize): void {
  for (let i: usize = 0; i < 32; i += 4) {
    store<u32>(words + i, bswap<u32>(load<u32>(bytes + 28 - i)))
  }
}

/** Writes 32 bytes, the most significant first. */
export function toBytes(bytes: usize, words: usize): void {
  for (let i: usize = 0; i < 32; i += 4) {
    store<u32>(bytes + 28 - i, bswap<u32>(load<u32>(words + i)))
  }
}

/** sum = a + b mod 2^256; returns the carry. `sum` may be `a` or `b`. */
export function plus(sum: usize, a: usize, b: usize): u32 {
  let t: u64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    t += <u64>load<u32>(a + i) + <u64>load<u32>(b + i)
    store<u32>(sum + i, t as u32)
    t >>= 32
  }
  return t as u32
}

/** difference = a - b mod 2^256; returns the borrow, 1 exactly when a < b. */
export function minus(difference: usize, a: usize, b: usize): u32 {
  let t: i64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    t += <i64>load<u32>(a + i) - <i64>load<u32>(b + i)
    store<u32>(difference + i, t as u32)
    t >>= 32
  }
  return (t as u32) & 1
}

/** 1 when a < b, else 0. */
export function less(a: usize, b: usize): u32 {
  let t: i64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    t = (t + <i64>load<u32>(a + i) - <i64>load<u32>(b + i)) >> 32
  }
  return (t as u32) & 1
}

/** 1 when all words are zero, else 0. */
export function isZero(a: usize): u32 {
  let any: u32 = 0
  for (let i: usize = 0; i < 32; i += 4) any |= load<u32>(a + i)
  return ((any | (0 - any)) >> 31) ^ 1
}

/**
 * Copies `a` where the mask has ones and `b` where it has zeros: the mask is all ones or all zeros.
 */
export function select(r: usize, a: usize, b: usize, mask: i32): void {
  const m = i32x4.splat(mask)
  v128.store(r, v128.bitselect(v128.load(a), v128.load(b), m))
  v128.store(r, v128.bitselect(v128.load(a, 16), v128.load(b, 16), m), 16)
}

/** Cuts eight words into nine limbs of `bits` (29 or 30) bits, each in an i32. */
export function unpack(limbs: usize, words: usize, bits: u32): void {
  const mask: u64 = (1 << bits) - 1
  for (let k: u32 = 0; k < 8; k++) {
    const at = k * bits
    const pair = load<u64>(words + (at >> 5 << 2)) >> (at & 31)
    store<i32>(limbs + 4 * k, (pair & mask) as i32)
  }
  store<i32>(limbs + 32, (load<u32>(words, 28) >> ((8 * bits) & 31)) as i32)
}

/** Puts nine limbs, none negative and none above `bits` bits, together into eight words. */
export function pack(words: usize, limbs: usize, bits: u32): void {
  let pending: u64 = 0
  let have: u32 = 0
  for (let k: usize = 0; k < 36; k += 4) {
    pending |= <u64>load<u32>(limbs + k) << have
    have += bits
    if (have >= 32) {
      store<u32>(words, pending as u32)
      words += 4
      pending >>= 32
      have -= 32
    }
  }
}
