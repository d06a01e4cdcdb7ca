// The endomorphism of secp256k1 (Gallant, Lambert and Vanstone, CRYPTO 2001): with BETA a cube root
// of 1 modulo p and LAMBDA one modulo n, LAMBDA * (x, y) = (BETA * x, y). So k * P can be had from
// two scalars of half the length, k = k1 + k2 * LAMBDA, at the price of half the doublings.
import { add, mul, multiply, sub } from "./scalar"
import { wipe } from "./memory"

/** BETA = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501ee as a field element. */
export const BETA = memory.data<i32>([
  -241892882, 164323652, -43883152, 9628198, 55482831, 63919642, -62801519, 91008897, 8055146,
  0, 0, 0,
], 16)

/** -LAMBDA = -0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72 mod n. */
const MINUS_LAMBDA = memory.data<u32>([
  0xb51283cf, 0xe0cfc810, 0x8ec739c2, 0xa880b9fc, 0x77ed9ba4, 0x5ad9e3fd, 0x3fa3cf1f, 0xac9c52b3,
], 16)

// The lattice of all (u, v) with u + v * LAMBDA = 0 mod n has the short basis (a1, b1), (a2, b2),
// where
//   a1 = b2 = 0x3086d221a7d46bcde86c90e49284eb15
//   b1 = -0xe4437ed6010e88286f547fa90abfe4c3, a2 = a1 - b1.
// G1 and G2 are b2 * 2^384 / n and -b1 * 2^384 / n, rounded.
const G1 = memory.data<u32>([
  0x45dbb031, 0xe893209a, 0x71e8ca7f, 0x3daa8a14, 0x9284eb15, 0xe86c90e4, 0xa7d46bcd, 0x3086d221,
], 16)
const G2 = memory.data<u32>([
  0x8ac47f71, 0x1571b4ae, 0x9df506c6, 0x221208ac, 0x0abfe4c4, 0x6f547fa9, 0x010e8828, 0xe4437ed6,
], 16)
/** -b1 and b2, four words each. */
const MINUS_B1 = memory.data<u32>([0x0abfe4c3, 0x6f547fa9, 0x010e8828, 0xe4437ed6], 16)
const B2 = memory.data<u32>([0x9284eb15, 0xe86c90e4, 0xa7d46bcd, 0x3086d221], 16)

const PRODUCT = memory.data(64, 16)
const C1 = memory.data(16, 16)
const C2 = memory.data(16, 16)

/**
 * k = k1 + k2 * LAMBDA mod n, where k1 and k2 mod n are each below 2^128 or above n - 2^128:
 * (k, 0) minus the lattice's point next to it, which is about c1 * (a1, b1) + c2 * (a2, b2) with
 * c1 = k * b2 / n and c2 = k * -b1 / n, rounded. `k` must not be `k1` or `k2`.
 */
export function split(k1: usize, k2: usize, k: usize): void {
  quotient(C1, k, G1)
  quotient(C2, k, G2)
  // k2 = -c1 * b1 - c2 * b2, where c1 < b2 < 2^126 and c2 < -b1 < 2^128: both products are below n.
  multiply(k1, C1, 4, MINUS_B1, 4)
  multiply(k2, C2, 4, B2, 4)
  sub(k2, k1, k2)
  mul(k1, k2, MINUS_LAMBDA)
  add(k1, k1, k)
}

/** r = k * g / 2^384, rounded, in four words. */
function quotient(r: usize, k: usize, g: usize): void {
  multiply(PRODUCT, k, 8, g, 8)
  let t = <u64>(load<u32>(PRODUCT, 44) >> 31)
  for (let i: usize = 0; i < 16; i += 4) {
    t += load<u32>(PRODUCT + 48 + i)
    store<u32>(r + i, t as u32)
    t >>= 32
  }
}

export function wipeEndomorphism(): void {
  wipe(PRODUCT, 64)
  wipe(C1, 16)
  wipe(C2, 16)
}
