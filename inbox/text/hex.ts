const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** Lowercase, without 0x. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => digits[byte]).join("")
}
