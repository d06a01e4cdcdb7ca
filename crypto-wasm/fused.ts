/**
 * Whether f64x2.relaxed_madd rounds once, as an instruction for fused multiply-add does. The
 * standard leaves it open: engines and processors answer differently, and some that accept the
 * instruction round twice.
 */
export function maddIsFused(): boolean {
  // (a, c) => a * a + c, in a vector's lane.
  // deno-fmt-ignore
  const probe = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 124, 124, 1, 124, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
    10, 22, 1, 20, 0, 32, 0, 253, 20, 32, 0, 253, 20, 32, 1, 253, 20, 253, 135, 2, 253, 33, 0, 11,
  ])
  if (!WebAssembly.validate(probe)) return false
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(probe)).exports
  // (1 + 2^-30)^2 = 1 + 2^-29 + 2^-60, of which a rounded product would lose the last term.
  return (f as (a: number, c: number) => number)(1 + 2 ** -30, -(1 + 2 ** -29)) === 2 ** -60
}
