import { latencies } from "../quantile.ts"

/** Publishes one envelope at a time and measures until each subscriber has it. */
export async function deliveries(
  url: string,
  authorization: string,
  subscribers: number,
): Promise<Record<string, number>> {
  const contentTopic = `/xmtp/0/m-fan-out-${subscribers}/proto`
  const rounds = Math.max(20, Math.min(200, 20_000 / subscribers))
  const times: number[] = []
  const publishedAt = new Map<string, number>()
  let arrived: () => void = () => {}
  let missing = 0
  const leave = new AbortController()

  async function subscribe(): Promise<void> {
    const response = await post("/message/v1/subscribe", { contentTopics: [contentTopic] })
    void read(response.body!).catch(() => {})
  }

  async function read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = ""
    for await (
      const chunk of body.pipeThrough<string>(
        new TextDecoderStream() as TransformStream<Uint8Array, string>,
      )
    ) {
      text += chunk
      const lines = text.split("\n")
      text = lines.pop()!
      for (const line of lines) {
        const started = publishedAt.get(JSON.parse(line).result.timestampNs)
        if (started === undefined) continue
        times.push(performance.now() - started)
        if (--missing === 0) arrived()
      }
    }
  }

  async function post(path: string, body: unknown): Promise<Response> {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify(body),
      signal: leave.signal,
    })
    if (!response.ok) throw new Error(await response.text())
    return response
  }

  for (let i = 0; i < subscribers; i += 50) {
    await Promise.all(Array.from({ length: Math.min(50, subscribers - i) }, subscribe))
  }
  const start = performance.now()
  for (let round = 1; round <= rounds; round++) {
    const everyone = new Promise<void>((resolve) => arrived = resolve)
    missing = subscribers
    const timestampNs = String(round)
    publishedAt.set(timestampNs, performance.now())
    const published = post("/message/v1/publish", {
      envelopes: [{ contentTopic, timestampNs, message: btoa("x".repeat(300)) }],
    })
    await (await published).body?.cancel()
    await everyone
  }
  const perSecond = times.length * 1000 / (performance.now() - start)
  leave.abort()
  return { perSecond, ...latencies(times) }
}
