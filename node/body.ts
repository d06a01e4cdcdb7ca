import { Code } from "@connectrpc/connect"
import { Refusal } from "./refusal.ts"

/**
 * The whole body of a request, as long as it has at most `max` bytes.
 *
 * @throws Refusal in the words of gRPC, as soon as it is clear that there are more
 */
export async function readBody(request: Request, max: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0)
  if (announced > max) throw tooLarge(announced, max)
  if (announced > 0) return new Uint8Array(await request.arrayBuffer())
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    chunks.push(chunk)
    if ((size += chunk.length) > max) throw tooLarge(size, max)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function tooLarge(size: number, max: number): Refusal {
  const message = `grpc: received message larger than max (${size} vs. ${max})`
  return new Refusal(Code.ResourceExhausted, message, "too-large")
}
