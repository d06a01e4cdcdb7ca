/** A file of a page, packed with gzip and written in base64. */
export interface PackedFile {
  readonly type: string
  readonly etag: string
  readonly gzip: string
}

export interface PackedOptions {
  readonly policy: string
  readonly cache: string
}

/** The file as an answer: compressed for who takes it so, unchanged for who has it. */
export function packed(request: Request, file: PackedFile, options: PackedOptions): Response {
  const etag = `"${file.etag}"`
  const headers = new Headers({
    "content-type": file.type,
    "content-security-policy": options.policy,
    "cache-control": options.cache,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "vary": "accept-encoding",
    etag,
  })
  if (request.headers.get("if-none-match") === etag) {
    return new Response(null, { status: 304, headers })
  }
  const bytes = Uint8Array.from(atob(file.gzip), (char) => char.charCodeAt(0))
  const empty = request.method === "HEAD"
  if (!request.headers.get("accept-encoding")?.includes("gzip")) {
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))
    return new Response(empty ? null : plain, { headers })
  }
  headers.set("content-encoding", "gzip")
  return new Response(empty ? null : bytes, { headers })
}
