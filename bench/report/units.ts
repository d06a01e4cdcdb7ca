/** A time for people: three digits and the unit that needs no powers of ten. */
export function time(us: number): string {
  if (us < 1000) return `${digits(us)} µs`
  if (us < 1_000_000) return `${digits(us / 1000)} ms`
  return `${digits(us / 1_000_000)} s`
}

/** Bytes, in thousands as browsers tell them. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${digits(bytes)} B`
  if (bytes < 1_000_000) return `${digits(bytes / 1000)} kB`
  return `${digits(bytes / 1_000_000)} MB`
}

/** Bytes a second. */
export const rate = (bytes: number, us: number): string => `${digits(bytes / us)} MB/s`

const perSecond = (value: number): string => `${digits(value)}/s`

/** How numbers of the suite are told, by the unit at the end of their names. */
const byUnit: Readonly<Record<string, (value: number) => string>> = {
  perSecond,
  PerSecond: perSecond,
  bytes: size,
  Bytes: size,
  seconds: (value) => time(value * 1_000_000),
  Ms: (value) => time(value * 1000),
  Us: time,
}

/** A number of the suite for people: `p50Ms` of 1.4 is "p50 1.4 ms". */
export function measured(name: string, value: number): string {
  const unit = Object.keys(byUnit).find((unit) => name.endsWith(unit))
  if (unit === undefined) return `${name} ${digits(value)}`
  return `${name.slice(0, -unit.length)} ${byUnit[unit]!(value)}`.trim()
}

/** How many times more a rival took than we did. */
export const times = (ratio: number): string => `${digits(ratio)}×`

/** A number for people. */
export function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en")
  return value.toPrecision(3).replace(/\.?0+$/, "")
}
