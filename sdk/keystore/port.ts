/**
 * A keystore on the other side of a message port: in a worker, say, so that no script of the page sees
 * a key.
 *
 * @example
 * ```ts
 * // worker.ts
 * import { localKeystore } from "@wafer/sdk/local-keystore"
 * import { serveKeystore } from "@wafer/sdk/keystore-port"
 * self.onmessage = ({ data }) => serveKeystore(localKeystore(data.keys), data.port)
 *
 * // page.ts
 * const { port1, port2 } = new MessageChannel()
 * worker.postMessage({ keys, port: port2 }, [port2])
 * const client = await Client.withKeystore(remoteKeystore(port1), { transport })
 * ```
 *
 * @module
 */
import { asWaferError, WaferError, type WaferErrorCode } from "../error.ts"
import type { Keystore } from "./keystore.ts"
import type { Outcome } from "../outcome.ts"

/** The part of a MessagePort that is used; a Worker has it too. */
export interface Port {
  /** Sends plain data to the other side. */
  postMessage(message: unknown): void
  /** Called with what the other side sends. */
  onmessage: ((event: MessageEvent) => void) | null
}

// What a keystore can be asked. A verb that is missing here is a type error in `remoteKeystore`.
const verbs = [
  "account",
  "sign",
  "invite",
  "saveInvitations",
  "conversations",
  "sealV2",
  "openV2",
  "hmacKeys",
  "sealV1",
  "openV1",
  "preferencesId",
  "sealForSelf",
  "openForSelf",
  "introductions",
  "saveIntroductions",
  "lastRun",
  "saveLastRun",
  "exportKeys",
  "exportConversations",
  "importConversations",
  "close",
] as const satisfies readonly (keyof Keystore)[]

type Verb = typeof verbs[number]

interface Question {
  readonly id: number
  readonly verb: Verb
  readonly args: readonly unknown[]
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: PostedError
}

// Structured cloning keeps the message of an error and drops everything else.
interface PostedError {
  readonly waferError: WaferErrorCode
  readonly message: string
}

/** Answers what comes through `port` with `keystore`. */
export function serveKeystore(keystore: Keystore, port: Port): void {
  port.onmessage = async ({ data }: MessageEvent<Question>) => {
    const { id, verb, args } = data
    try {
      if (!verbs.includes(verb)) throw new WaferError("invalid-argument", `no verb ${verb}`)
      const ask = keystore[verb] as (...args: readonly unknown[]) => Promise<unknown>
      port.postMessage({ id, value: posted(await ask(...args)) } satisfies Answer)
    } catch (error) {
      port.postMessage({ id, error: postedError(asWaferError(error, "store")) } satisfies Answer)
    }
  }
}

/** The keystore that is served on the other side of `port`. */
export function remoteKeystore(port: Port): Keystore {
  const waiting = new Map<number, (answer: Answer) => void>()
  let count = 0
  port.onmessage = ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.id)?.(data)
    waiting.delete(data.id)
  }

  const ask = (verb: Verb) => (...args: readonly unknown[]): Promise<unknown> => {
    const id = count++
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ value, error }) => {
        if (error) reject(received(error))
        else resolve(receivedValue(value))
      })
      port.postMessage({ id, verb, args } satisfies Question)
    })
  }
  return Object.fromEntries(verbs.map((verb) => [verb, ask(verb)])) as Record<Verb, unknown> as
    & Keystore
    & Record<Exclude<keyof Keystore, Verb>, never>
}

/** Outcomes carry errors, which do not survive posting as they are. */
function posted(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((item: Outcome<unknown>) =>
    item?.error instanceof WaferError ? { error: postedError(item.error) } : item
  )
}

function receivedValue(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((item) => item?.error?.waferError ? { error: received(item.error) } : item)
}

function postedError({ code, message }: WaferError): PostedError {
  return { waferError: code, message }
}

function received({ waferError, message }: PostedError): WaferError {
  return new WaferError(waferError, message)
}
