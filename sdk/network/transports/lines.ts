import { WaferError } from "../../error.ts"

/** The lines of a stream of UTF-8, each as soon as it has ended. Throws `node` beyond `maxLength`. */
export async function* lines(
  body: ReadableStream<Uint8Array>,
  maxLength: number,
): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let begun: string[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const [first = "", ...rest] = decoder.decode(value, { stream: true }).split("\n")
      begun.push(first)
      length += first.length
      for (const next of rest) {
        const line = begun.join("")
        if (line !== "") yield line
        begun = [next]
        length = next.length
      }
      if (length > maxLength) {
        throw new WaferError("node", `the node sent a line of more than ${maxLength} characters`)
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
