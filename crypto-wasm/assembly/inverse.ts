// The inverse modulo a prime: Bernstein and Yang, "Fast constant-time gcd computation
// and modular inversion" (2019), in the half-delta variant, 590 steps for 256 bits, as
// libsecp256k1's doc/safegcd_implementation.md explains it. Thirty steps at a time look only at the
// lowest 30 bits of f and g and are gathered in a matrix, which is then applied to the whole
// numbers.
import { pack, unpack } from "./words"
import { wipe } from "./memory"

const BATCHES = 20 // of 30 steps: 600 >= 590
const M30: i32 = 0x3fffffff

// Numbers of nine limbs of 30 bits; the last one carries the sign.
const F = memory.data(48, 16)
const G = memory.data(48, 16)
const D = memory.data(48, 16)
const E = memory.data(48, 16)
/** u, v, q, r: 2^30 times the matrix [[u, v], [q, r]] / 2^30 of a batch. */
const MATRIX = memory.data(16, 16)

/**
 * r = a^-1 in words, and 0 for 0. The modulus is given in nine limbs of 30 bits that may be
 * negative, with its own inverse modulo 2^30.
 */
export function invert(r: usize, a: usize, modulus: usize, inverse30: i32): void {
  begin(a, modulus)
  // zeta = -(delta + 1/2), where delta starts at 1/2.
  let zeta: i32 = -1
  for (let i = 0; i < BATCHES; i++) {
    zeta = steps(zeta, load<u32>(F), load<u32>(G))
    updateDE(modulus, inverse30)
    updateFG()
  }
  finish(r, modulus)
}

/** The same in a time that depends on the number, for public ones. */
export function invert_var(r: usize, a: usize, modulus: usize, inverse30: i32): void {
  begin(a, modulus)
  // eta = -delta, where delta starts at 1: steps without the half, of which zeros can be taken
  // together.
  let eta: i32 = -1
  while (!gIsZero_var()) {
    eta = steps_var(eta, load<u32>(F), load<u32>(G))
    updateDE(modulus, inverse30)
    updateFG()
  }
  finish(r, modulus)
}

function begin(a: usize, modulus: usize): void {
  memory.fill(D, 0, 48)
  memory.fill(E, 0, 48)
  store<i32>(E, 1)
  memory.copy(F, modulus, 36)
  unpack(G, a, 30)
}

/** Now g = 0, f = ±1 and d = ±1/a. */
function finish(r: usize, modulus: usize): void {
  normalize(D, load<i32>(F, 32), modulus)
  pack(r, D, 30)
}

/** Thirty division steps on the low words of f and g. */
function steps(zeta: i32, f: u32, g: u32): i32 {
  let u: u32 = 1
  let v: u32 = 0
  let q: u32 = 0
  let r: u32 = 1
  for (let i = 0; i < 30; i++) {
    let negative: u32 = zeta >> 31
    const odd: u32 = 0 - (g & 1)
    // g += ±f when g is odd, with the sign that zeta tells.
    g += ((f ^ negative) - negative) & odd
    q += ((u ^ negative) - negative) & odd
    r += ((v ^ negative) - negative) & odd
    // When both hold, f takes the old g, which is the new g plus f, and zeta turns round.
    negative &= odd
    zeta = (zeta ^ negative) - 1
    f += g & negative
    u += q & negative
    v += r & negative
    g >>= 1
    u <<= 1
    v <<= 1
  }
  store<i32>(MATRIX, u, 0)
  store<i32>(MATRIX, v, 4)
  store<i32>(MATRIX, q, 8)
  store<i32>(MATRIX, r, 12)
  return zeta
}

/** The same with as many zeros of g at once as there are, and up to six of its ones. */
function steps_var(eta: i32, f: u32, g: u32): i32 {
  let u: u32 = 1
  let v: u32 = 0
  let q: u32 = 0
  let r: u32 = 1
  let left: i32 = 30
  for (;;) {
    const zeros = ctz<i32>(g | (-1 << left))
    g >>= zeros
    u <<= zeros
    v <<= zeros
    eta -= zeros
    left -= zeros
    if (left == 0) break
    if (eta < 0) {
      eta = -eta
      let t = f
      f = g
      g = 0 - t
      t = u
      u = q
      q = 0 - t
      t = v
      v = r
      r = 0 - t
    }
    // Some multiple of f makes the low bits of g zero: f (f^2 - 2) = -1/f modulo 64.
    const bits = min(min(eta + 1, left), 6)
    const times: u32 = f * g * (f * f - 2) & ((1 << bits) - 1)
    g += f * times
    q += u * times
    r += v * times
  }
  store<i32>(MATRIX, u, 0)
  store<i32>(MATRIX, v, 4)
  store<i32>(MATRIX, q, 8)
  store<i32>(MATRIX, r, 12)
  return eta
}

function gIsZero_var(): bool {
  let any: i32 = 0
  for (let i: usize = 0; i < 36; i += 4) any |= load<i32>(G + i)
  return any == 0
}

/**
 * (d, e) = matrix * (d, e) / 2^30 modulo the modulus: multiples of it make the low 30 bits zero.
 */
function updateDE(modulus: usize, inverse30: i32): void {
  const u = load<i32>(MATRIX, 0) as i64
  const v = load<i32>(MATRIX, 4) as i64
  const q = load<i32>(MATRIX, 8) as i64
  const r = load<i32>(MATRIX, 12) as i64
  const signD = (load<i32>(D, 32) >> 31) as i64
  const signE = (load<i32>(E, 32) >> 31) as i64
  let d = load<i32>(D) as i64
  let e = load<i32>(E) as i64
  let toD = u * d + v * e
  let toE = q * d + r * e
  let timesD = ((u & signD) + (v & signE)) as i32
  let timesE = ((q & signD) + (r & signE)) as i32
  timesD -= (inverse30 * (toD as i32) + timesD) & M30
  timesE -= (inverse30 * (toE as i32) + timesE) & M30
  const m0 = load<i32>(modulus) as i64
  toD = (toD + m0 * (timesD as i64)) >> 30
  toE = (toE + m0 * (timesE as i64)) >> 30
  for (let i: usize = 4; i < 36; i += 4) {
    d = load<i32>(D + i) as i64
    e = load<i32>(E + i) as i64
    const m = load<i32>(modulus + i) as i64
    toD += u * d + v * e + m * (timesD as i64)
    toE += q * d + r * e + m * (timesE as i64)
    store<i32>(D + i - 4, (toD as i32) & M30)
    store<i32>(E + i - 4, (toE as i32) & M30)
    toD >>= 30
    toE >>= 30
  }
  store<i32>(D, toD as i32, 32)
  store<i32>(E, toE as i32, 32)
}

/** (f, g) = matrix * (f, g) / 2^30, which is exact. */
function updateFG(): void {
  const u = load<i32>(MATRIX, 0) as i64
  const v = load<i32>(MATRIX, 4) as i64
  const q = load<i32>(MATRIX, 8) as i64
  const r = load<i32>(MATRIX, 12) as i64
  let f = load<i32>(F) as i64
  let g = load<i32>(G) as i64
  let toF = (u * f + v * g) >> 30
  let toG = (q * f + r * g) >> 30
  for (let i: usize = 4; i < 36; i += 4) {
    f = load<i32>(F + i) as i64
    g = load<i32>(G + i) as i64
    toF += u * f + v * g
    toG += q * f + r * g
    store<i32>(F + i - 4, (toF as i32) & M30)
    store<i32>(G + i - 4, (toG as i32) & M30)
    toF >>= 30
    toG >>= 30
  }
  store<i32>(F, toF as i32, 32)
  store<i32>(G, toG as i32, 32)
}

/**
 * Brings a number between -2 moduli and 1 modulus, negated if `sign` is negative, into [0,
 * modulus).
 */
function normalize(a: usize, sign: i32, modulus: usize): void {
  const negate = sign >> 31
  let add = load<i32>(a, 32) >> 31
  for (let i: usize = 0; i < 36; i += 4) {
    const limb = load<i32>(a + i) + (load<i32>(modulus + i) & add)
    store<i32>(a + i, (limb ^ negate) - negate)
  }
  propagate(a)
  add = load<i32>(a, 32) >> 31
  for (let i: usize = 0; i < 36; i += 4) {
    store<i32>(a + i, load<i32>(a + i) + (load<i32>(modulus + i) & add))
  }
  propagate(a)
}

function propagate(a: usize): void {
  let carry: i32 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    carry += load<i32>(a + i)
    store<i32>(a + i, carry & M30)
    carry >>= 30
  }
  store<i32>(a, load<i32>(a, 32) + carry, 32)
}

export function wipeInverse(): void {
  wipe(F, 48)
  wipe(G, 48)
  wipe(D, 48)
  wipe(E, 48)
  wipe(MATRIX, 16)
}
