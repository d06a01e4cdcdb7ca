const UNITS = ["bytes", "kB", "MB", "GB", "TB"]

/** `148 kB`, `2.1 MB`: powers of a thousand, one decimal below ten. */
export function size(bytes: number): string {
  let unit = 0
  while (bytes >= 999.5 && unit < UNITS.length - 1) {
    bytes /= 1000
    unit++
  }
  const digits = unit > 0 && bytes < 9.95 ? 1 : 0
  return `${bytes.toLocaleString(undefined, { maximumFractionDigits: digits })} ${UNITS[unit]}`
}

/** `1.3 of 2.1 MB`: both in the unit of the whole. */
export function sizeOf(done: number, total: number): string {
  const [, unit] = size(total).split(/\s/)
  const scale = 1000 ** Math.max(0, UNITS.indexOf(unit!))
  return `${(done / scale).toLocaleString(undefined, { maximumFractionDigits: 1 })} of ${
    size(total)
  }`
}

/** `41,208` */
export function count(n: number): string {
  return n.toLocaleString()
}
