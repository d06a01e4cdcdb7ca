import type { ContentTypeId } from "./content.ts"
import { WaferError } from "./error.ts"

/** The written form of a type, such as `xmtp.org/text:1.0`. */
export function formatContentType(type: ContentTypeId): string {
  return `${type.authorityId}/${type.typeId}:${type.versionMajor}.${type.versionMinor}`
}

/**
 * The type that `text` names.
 *
 * @throws WaferError `malformed` when it is not of the form `authority/type:major.minor`.
 */
export function parseContentType(text: string): ContentTypeId {
  const parts = /^([^/]+)\/([^:]+):(\d{1,9})\.(\d{1,9})$/.exec(text)
  if (parts === null) {
    throw new WaferError("malformed", `not a content type: ${JSON.stringify(text.slice(0, 100))}`)
  }
  const [, authorityId, typeId, major, minor] = parts
  return {
    authorityId: authorityId!,
    typeId: typeId!,
    versionMajor: Number(major),
    versionMinor: Number(minor),
  }
}

/** Whether both name the same kind of content, in whatever version. */
export function sameContentType(a: ContentTypeId, b: ContentTypeId): boolean {
  return a.authorityId === b.authorityId && a.typeId === b.typeId
}
