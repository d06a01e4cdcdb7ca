import type { ContentTypeId } from "./content.ts"

/** The written form of a type, such as `xmtp.org/text:1.0`. */
export function formatContentType(type: ContentTypeId): string {
  return `${type.authorityId}/${type.typeId}:${type.versionMajor}.${type.versionMinor}`
}

/** Whether both name the same kind of content, in whatever version. */
export function sameContentType(a: ContentTypeId, b: ContentTypeId): boolean {
  return a.authorityId === b.authorityId && a.typeId === b.typeId
}
