import { Code } from "@connectrpc/connect"
import { type Limits, Refusal } from "../refusal.ts"

/** Up to here a body is read in one go: in pieces it costs as much as all else about its request. */
const smallBytes = 64 * 1024

/** How large a body may be, and how slowly it may come. */
export type BodyLimits = Pick<Limits, "maxRequestBytes" | "maxSilentMs" | "maxRequestMs">

/**
 * The whole body of a request, as long as it keeps within the limits.
 *
 * @throws Refusal, for too many bytes in the words of gRPC as soon as it is clear
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  const { maxRequestBytes: max } = limits
  const announced = announcedBytes(request)
  if (announced !== undefined && announced > max) throw tooLarge(announced, max)
  if (announced !== undefined && announced <= smallBytes) return await readSmall(request, limits)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of patiently(request.body ?? [], limits)) {
    chunks.push(chunk)
    if ((size += chunk.length) > max) throw tooLarge(size, max)
  }
  if (chunks.length === 1) return chunks[0]!
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** Undefined when the body may have any length: chunks count whatever else the headers say. */
function announcedBytes({ headers }: Request): number | undefined {
  const length = headers.get("content-length")
  return length === null || headers.has("transfer-encoding") ? undefined : Number(length)
}

async function readSmall(request: Request, { maxSilentMs }: BodyLimits): Promise<Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooSlow()), maxSilentMs)
    })
    return new Uint8Array(await Promise.race([request.arrayBuffer(), late]))
  } finally {
    clearTimeout(timer)
  }
}

/** The chunks of a body, until one is waited for too long. */
export async function* patiently(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { maxSilentMs, maxRequestMs }: BodyLimits,
): AsyncGenerator<Uint8Array> {
  const end = performance.now() + maxRequestMs
  const chunks = (async function* () {
    yield* body
  })()
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    while (true) {
      const late = new Promise<"late">((resolve) => {
        timer = setTimeout(resolve, Math.min(maxSilentMs, end - performance.now()), "late")
      })
      const next = await Promise.race([chunks.next(), late])
      clearTimeout(timer)
      if (next === "late") throw tooSlow()
      if (next.done) return
      yield next.value
    }
  } finally {
    clearTimeout(timer)
    // Not awaited: a chunk that is waited for may never come.
    void chunks.return(undefined).catch(() => {})
  }
}

function tooLarge(size: number, max: number): Refusal {
  const message = `grpc: received message larger than max (${size} vs. ${max})`
  return new Refusal(Code.ResourceExhausted, message, "too-large")
}

function tooSlow(): Refusal {
  return new Refusal(Code.DeadlineExceeded, "the request came too slowly", "too-slow")
}
