/** How a stream stands. */
export type StreamState =
  /** Reaching the node. */
  | "connecting"
  /** Reading what was stored. */
  | "catching-up"
  /** Everything stored has been told; what comes now is new. */
  | "live"
  /** The connection was lost; another attempt follows after a pause. */
  | "waiting"

/** From where a stream starts, and how it ends. */
export interface StreamOptions {
  /** First what was sent at this time or later. Absent: only what is published from now on. */
  readonly since?: Date
  /** Ends the stream, which then throws the signal's reason. */
  readonly signal?: AbortSignal
  /** Told each time the connection's state changes; with the error that made it wait. */
  readonly onState?: (state: StreamState, error?: Error) => void
}

/**
 * What comes, for as long as it is listened to. It survives lost connections and restarted nodes.
 * `break`, `return()`, `await using` and the signal end it.
 *
 * @example
 * ```ts
 * await using stream = conversation.stream({ since: new Date(Date.now() - 86_400_000) })
 * for await (const message of stream) console.log(message.content)
 * ```
 */
export interface Stream<T> extends AsyncIterableIterator<T, void, undefined>, AsyncDisposable {
  /** Ends the stream, also while it waits for what never comes. */
  return(): Promise<IteratorResult<T, void>>
  /** The stream itself: it is read once. */
  [Symbol.asyncIterator](): Stream<T>
}

/**
 * Makes a stream of what `start` generates. Its signal aborts when the stream is left, `until` aborts
 * (then the stream ends) or `signal` does (then it throws the reason).
 */
export function createStream<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T>,
  { until, signal }: { until: AbortSignal; signal: AbortSignal | undefined },
): Stream<T> {
  const left = new AbortController()
  const either = AbortSignal.any(signal ? [left.signal, until, signal] : [left.signal, until])
  const generator = run()

  async function* run(): AsyncGenerator<T, void, undefined> {
    try {
      signal?.throwIfAborted()
      yield* start(either)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (!either.aborted) throw error
    } finally {
      left.abort()
    }
  }

  const stream: Stream<T> = {
    next: () => generator.next(),
    return() {
      // Before the generator is asked: it may be waiting for what never comes.
      left.abort()
      return generator.return()
    },
    [Symbol.asyncIterator]: () => stream,
    async [Symbol.asyncDispose]() {
      await stream.return()
    },
  }
  return stream
}
