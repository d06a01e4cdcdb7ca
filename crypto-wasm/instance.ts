/**
 * Compiles a module of wasm/, synchronously and with nothing imported: the form that every runtime and
 * bundler takes without a setting.
 */
export function compile(base64: string): WebAssembly.Module {
  return new WebAssembly.Module(decode(base64))
}

/** A new instance of a module, with a memory of its own. */
export function instantiate<Exports>(module: WebAssembly.Module): Exports {
  return new WebAssembly.Instance(module).exports as Exports
}

interface FromBase64 {
  fromBase64?(base64: string): Uint8Array<ArrayBuffer>
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 } = Uint8Array as FromBase64
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, base64)
  // A plain loop: `Uint8Array.from(binary, f)` takes ten times as long, which a cold start would feel.
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
