/**
 * Compiles a module of wasm/, synchronously and with nothing imported: the form that every runtime and
 * bundler takes without a setting.
 */
export function compile(hex: string): WebAssembly.Module {
  return new WebAssembly.Module(fromHex(hex))
}

/** A new instance of a module, with a memory of its own. */
export function instantiate<Exports>(module: WebAssembly.Module): Exports {
  return new WebAssembly.Instance(module).exports as Exports
}

interface Native {
  fromHex?(hex: string): Uint8Array<ArrayBuffer>
}

/** The bytes of hexadecimal digits, four at least. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as Native).fromHex
  if (native !== undefined) return native.call(Uint8Array, hex)
  // Four bytes at a time: most of a cold start's loops run in an interpreter.
  const bytes = new Uint8Array(hex.length / 2)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < bytes.length; i += 4) {
    const at = Math.min(i, bytes.length - 4)
    view.setUint32(at, parseInt(hex.slice(2 * at, 2 * at + 8), 16))
  }
  return bytes
}
