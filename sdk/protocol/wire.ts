import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf"
import { WaferError } from "../error.ts"

/** Decodes a protobuf; `noun` names it in the error when the bytes are none. */
export function decodeProto<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  noun: string,
): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes)
  } catch (cause) {
    throw new WaferError("malformed", `${noun} is not a ${schema.name}`, { cause })
  }
}

/** `value`, or an error that says which part of which message is missing. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new WaferError("malformed", `missing ${name}`)
  return value
}
