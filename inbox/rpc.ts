// Functions of the other side, called like one's own. Works over anything that posts: a Worker, a
// worker's scope, a channel between tabs.

/** What rpc needs of a Worker, of a worker's own scope, or of a BroadcastChannel. */
export interface Port {
  postMessage(message: unknown): void
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void
}

// deno-lint-ignore no-explicit-any -- the interfaces given to `remote` and `serve` say what is allowed
type Functions = { readonly [name: string]: (...args: any[]) => unknown }

/** The same functions, as they look from the other side. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never
}

interface Ask {
  readonly ask: string
  /** Whose function: several may be served over one port. */
  readonly of: string
  readonly name: string
  readonly args: readonly unknown[]
}

interface Answer {
  readonly answer: string
  readonly value?: unknown
  readonly error?: RemoteError
}

/** An error as it crosses: `code` is the SDK's, or the wallet's. */
export interface RemoteError {
  readonly message: string
  readonly code?: string | number
}

// More than ever wait for an answer at the same time.
const REMEMBERED = 1000

/**
 * Answers what the other side asks of `of`, until the returned function is called. What is asked again
 * while it is answered is done once.
 */
export function serve<T extends object>(port: Port, of: string, functions: T): () => void {
  let serving = true
  const begun = new Set<string>()
  port.addEventListener("message", async ({ data }: MessageEvent<Ask>) => {
    if (!serving || typeof data?.ask !== "string" || data.of !== of) return
    if (begun.has(data.ask)) return
    begun.add(data.ask)
    if (begun.size > REMEMBERED) begun.delete(begun.values().next().value!)
    let answer: Answer
    try {
      const run = (functions as Functions)[data.name]!
      answer = { answer: data.ask, value: await run(...data.args) }
    } catch (error) {
      answer = { answer: data.ask, error: asRemoteError(error) }
    }
    if (serving) port.postMessage(answer)
  })
  return () => serving = false
}

/** A way to call the functions that the other side serves. */
export interface Calls<T extends object> {
  readonly functions: Remote<T>
  /** Asks again what was not answered yet: the one who answers has changed. */
  askAgain(): void
}

export function remote<T extends object>(port: Port, of: string): Calls<T> {
  const waiting = new Map<string, { ask: Ask; settle: (answer: Answer) => void }>()
  port.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    if (typeof data?.answer !== "string") return
    waiting.get(data.answer)?.settle(data)
    waiting.delete(data.answer)
  })
  const call = (name: string) => (...args: unknown[]) =>
    new Promise((resolve, reject) => {
      const ask: Ask = { ask: crypto.randomUUID(), of, name, args }
      waiting.set(ask.ask, {
        ask,
        settle: ({ value, error }) =>
          error
            ? reject(Object.assign(new Error(error.message), { code: error.code }))
            : resolve(value),
      })
      port.postMessage(ask)
    })
  const made = new Map<string, (...args: unknown[]) => Promise<unknown>>()
  return {
    functions: new Proxy({} as Remote<T>, {
      get: (_, name: string) => made.get(name) ?? (made.set(name, call(name)), made.get(name)),
    }),
    askAgain() {
      for (const { ask } of waiting.values()) port.postMessage(ask)
    },
  }
}

function asRemoteError(error: unknown): RemoteError {
  const { message, code } = error as { message?: unknown; code?: unknown }
  return {
    message: String(message ?? error),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
  }
}
