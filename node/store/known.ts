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

export function createKnown(): Known {
  const words = new Uint32Array(bits / 32)
  const probes = (id: Uint8Array): number[] => {
    const view = new DataView(id.buffer, id.byteOffset)
    return [0, 4, 8, 12].map((at) => view.getUint32(at) % bits)
  }
  return {
    add(id) {
      for (const bit of probes(id)) words[bit >>> 5]! |= 1 << (bit & 31)
    },
    mayHave: (id) => probes(id).every((bit) => (words[bit >>> 5]! & 1 << (bit & 31)) !== 0),
  }
}
