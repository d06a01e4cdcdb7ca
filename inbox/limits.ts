// What fits into a message, and what may be drawn: the composer says it, the worker holds to it.

/** Bytes of a message that a node takes unless it says otherwise. */
export const MESSAGE_BYTES = 1_048_214

// What sealing, signatures and the envelope add to a file, generously.
const ENVELOPE_BYTES = 4096

export function isTooLarge(bytes: number, limit: number = MESSAGE_BYTES): boolean {
  return bytes > limit - ENVELOPE_BYTES
}

/** What a browser draws without running anything: SVG and HTML stay files. */
export function isPicture(type: string): boolean {
  return /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(type)
}
