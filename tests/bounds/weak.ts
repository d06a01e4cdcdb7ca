/** What the limbs of a weak element do not pass (assembly/pair.ts). */
export const WEAK = [2n ** 51n + 2n ** 38n, ...Array<bigint>(4).fill(2n ** 50n + 2n ** 12n)]

/** Coefficients that `combine` takes: their sizes add up to 3 at most, or one is a power of two alone. */
export function isExact(k: number, m: number): boolean {
  const [size, other] = [Math.max(Math.abs(k), Math.abs(m)), Math.min(Math.abs(k), Math.abs(m))]
  return size + other <= 3 || (other === 0 && Number.isInteger(Math.log2(size)) && size <= 8)
}
