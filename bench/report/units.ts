/** A time for people: three digits and the unit that needs no powers of ten. */
export function time(us: number): string {
  if (us < 1000) return `${digits(us)} µs`
  if (us < 1_000_000) return `${digits(us / 1000)} ms`
  return `${digits(us / 1_000_000)} s`
}

/** Bytes, in thousands as browsers tell them. */
export const size = (bytes: number): string => `${digits(bytes / 1000)} kB`

/** Bytes a second. */
export const rate = (bytes: number, us: number): string => `${digits(bytes / us)} MB/s`

/** How many times more a rival took than we did. */
export const times = (ratio: number): string => `${digits(ratio)}×`

/** A number for people. */
export function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en")
  return value.toPrecision(3).replace(/\.?0+$/, "")
}
