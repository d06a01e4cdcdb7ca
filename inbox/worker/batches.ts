/**
 * What a stream tells, in handfuls of at most `most`: one transaction for many messages when there
 * are many, none waiting for company when there is one.
 */
export async function* batches<T>(stream: AsyncIterable<T>, most: number): AsyncGenerator<T[]> {
  const waiting: T[] = []
  let wake = Promise.withResolvers<void>()
  let end: { readonly error?: unknown } | undefined
  const reading = (async () => {
    for await (const one of stream) {
      waiting.push(one)
      wake.resolve()
      // Whoever reads faster than the database writes would fill the memory.
      while (waiting.length > 8 * most) await turn()
    }
  })()
  reading.then(() => end = {}, (error) => end = { error }).finally(() => wake.resolve())
  for (;;) {
    await wake.promise
    await turn()
    wake = Promise.withResolvers()
    while (waiting.length) yield waiting.splice(0, most)
    if (!end) continue
    if ("error" in end) throw end.error
    return
  }
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve))
