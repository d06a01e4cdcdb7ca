/**
 * Remembers ids in a fixed 8 MiB: it may take a new id for a known one, never a known one for a new one.
 * An id is a hash already, so that its own bits say where to look (a Bloom filter with four probes:
 * at five million ids one in two hundred is taken wrongly).
 */
export interface Known {
  add(id: Uint8Array): void
  mayHave(id: Uint8Array): boolean
}

const bits = 2 ** 26
const probes = [0, 4, 8, 12]

export function createKnown(): Known {
  const words = new Uint32Array(bits / 32)
  const bitOf = (id: Uint8Array, at: number): number =>
    (id[at]! << 24 | id[at + 1]! << 16 | id[at + 2]! << 8 | id[at + 3]!) & (bits - 1)
  return {
    add(id) {
      for (const at of probes) {
        const bit = bitOf(id, at)
        words[bit >>> 5]! |= 1 << (bit & 31)
      }
    },
    mayHave: (id) =>
      probes.every((at) => {
        const bit = bitOf(id, at)
        return (words[bit >>> 5]! & 1 << (bit & 31)) !== 0
      }),
  }
}
