import {
  type ConsentEntry,
  type ConsentState,
  type ConsentSubject,
  decodeAction,
  decodePreferences,
  encodeActions,
  encodePreferences,
} from "./protocol/consent.ts"
import { orAborted } from "./abort.ts"
import { asWaferError } from "./error.ts"
import type { Keystore } from "./keystore/keystore.ts"
import { messageId } from "./message.ts"
import type { Network } from "./network/network.ts"
import type { OnInvalid } from "./on-invalid.ts"
import { type Clock, unreadFrom } from "./time.ts"
import { preferencesTopic } from "./protocol/topics.ts"
import type { Envelope } from "./network/transport.ts"

/** Whom the account allows and denies, as its private preferences say. */
export interface ConsentList {
  /** Where the preferences are published. */
  topic(): Promise<string>
  /** What is known; read from the network when it has not been yet. */
  state(subject: ConsentSubject, signal: AbortSignal): Promise<ConsentState>
  all(signal: AbortSignal): Promise<ConsentEntry[]>
  /** Reads what came since the last time. */
  refresh(signal: AbortSignal): Promise<void>
  /** Takes in what arrived on the topic. Returns what that changed. */
  learn(envelopes: readonly Envelope[]): Promise<ConsentEntry[]>
  /** Publishes a change. */
  set(entries: readonly ConsentEntry[], signal: AbortSignal): Promise<void>
  /**
   * Runs `publish` with what has to be published beside it: whoever writes to an address of which
   * nothing is known allows it.
   */
  allowing(
    address: string,
    signal: AbortSignal,
    publish: (beside: readonly Envelope[]) => Promise<void>,
  ): Promise<void>
}

/** What a consent list works with. */
export interface ConsentListOptions {
  readonly keystore: Keystore
  readonly network: Network
  readonly clock: Clock
  readonly onInvalid: OnInvalid
}

/** The consent list of an account; everything it knows is on the network. */
export function consentList(options: ConsentListOptions): ConsentList {
  const { keystore, network, clock, onInvalid } = options
  const known = new Map<string, { entry: ConsentEntry; timestampNs: bigint }>()
  const statements = new Map<string, Statement>()
  let unreadFromNs = 0n
  let loading: Promise<void> | undefined
  let topicName: Promise<string> | undefined

  const topic = (): Promise<string> => topicName ??= keystore.preferencesId().then(preferencesTopic)

  /** The newest word counts, in whatever order they arrive. */
  function apply(entry: ConsentEntry, timestampNs: bigint): boolean {
    const name = nameOf(entry)
    const before = known.get(name)
    if (before && before.timestampNs > timestampNs) return false
    known.set(name, { entry, timestampNs })
    return before?.entry.state !== entry.state
  }

  /**
   * Takes in what a message says. Its time is no part of what is sealed, so anybody can publish an old
   * message again: a copy may only take permission away. Returns what that changed.
   */
  function take(name: string, entries: readonly ConsentEntry[], timeNs: bigint): ConsentEntry[] {
    const before = statements.get(name)
    if (!before) {
      statements.set(name, { entries, earliestNs: timeNs, latestNs: timeNs })
      return entries.filter((entry) => apply(entry, timeNs))
    }
    const { earliestNs, latestNs } = before
    const counts = entries.some(({ state }) =>
      state === "allowed" ? timeNs < earliestNs : timeNs > latestNs
    )
    if (!counts) return []
    statements.set(name, {
      entries,
      earliestNs: timeNs < earliestNs ? timeNs : earliestNs,
      latestNs: timeNs > latestNs ? timeNs : latestNs,
    })
    const stood = new Map(known)
    known.clear()
    for (const statement of statements.values()) {
      for (const entry of statement.entries) apply(entry, countsFrom(statement, entry))
    }
    return [...known].flatMap(([name, { entry }]) =>
      stood.get(name)?.entry.state === entry.state ? [] : entry
    )
  }

  async function read(message: Uint8Array): Promise<ConsentEntry[]> {
    const [opened] = await keystore.openForSelf([decodePreferences(message)])
    if (opened!.error) throw opened!.error
    return decodeAction(opened!.value)
  }

  async function learn(envelopes: readonly Envelope[]): Promise<ConsentEntry[]> {
    const changed: ConsentEntry[] = []
    for (const envelope of envelopes) {
      const { message, timestampNs } = envelope
      try {
        const name = messageId(message)
        const entries = statements.get(name)?.entries ?? await read(message)
        changed.push(...take(name, entries, timestampNs))
      } catch (error) {
        // Anybody may write to the topic who finds out its name.
        onInvalid(asWaferError(error, "malformed"), envelope)
      }
    }
    return changed
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    const nowNs = clock()
    const range = { topics: [await topic()], startNs: unreadFromNs }
    for await (const page of network.pages(range, { signal })) {
      await learn(page)
      // Not by what this client or a stream says: others may have said something before that.
      unreadFromNs = unreadFrom(page.at(-1)!.timestampNs, nowNs)
    }
  }

  /** Reads the list once. Whoever comes while it is read waits for the same reading. */
  async function loaded(signal: AbortSignal): Promise<void> {
    const begins = loading === undefined
    loading ??= refresh(signal).catch((error) => {
      loading = undefined
      throw error
    })
    try {
      await orAborted(loading, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (begins) throw error
      // It was another's call that failed, by its own signal perhaps.
      await loaded(signal)
    }
  }

  async function envelopesOf(entries: readonly ConsentEntry[]): Promise<Envelope[]> {
    const contentTopic = await topic()
    return await Promise.all(
      encodeActions(entries).map(async (action) => ({
        contentTopic,
        timestampNs: clock(),
        message: encodePreferences(await keystore.sealForSelf(action)),
      })),
    )
  }

  function stateOf(subject: ConsentSubject): ConsentState {
    return known.get(nameOf(subject))?.entry.state ?? "unknown"
  }

  return {
    topic,
    learn,
    refresh,

    async state(subject, signal) {
      await loaded(signal)
      return stateOf(subject)
    },

    async all(signal) {
      await loaded(signal)
      return [...known.values()].map(({ entry }) => entry)
    },

    async set(entries, signal) {
      if (entries.length === 0) return
      const envelopes = await envelopesOf(entries)
      await network.publish(envelopes, { signal })
      await learn(envelopes)
    },

    async allowing(address, signal, publish) {
      await loaded(signal)
      const entry = { kind: "address", value: address, state: "allowed" } as const
      if (stateOf(entry) !== "unknown") return await publish([])
      const beside = await envelopesOf([entry])
      // Known at once, so that messages sent together say it once.
      if (stateOf(entry) !== "unknown") return await publish([])
      const { message, timestampNs } = beside[0]!
      const name = messageId(message)
      take(name, [entry], timestampNs)
      try {
        await publish(beside)
      } catch (error) {
        statements.delete(name)
        if (known.get(nameOf(entry))?.timestampNs === timestampNs) known.delete(nameOf(entry))
        throw error
      }
    },
  }
}

/** What one message says, and between which times it was published. */
interface Statement {
  readonly entries: readonly ConsentEntry[]
  readonly earliestNs: bigint
  readonly latestNs: bigint
}

/** Of the times at which a statement was published the one that allows the least. */
function countsFrom({ earliestNs, latestNs }: Statement, { state }: ConsentEntry): bigint {
  return state === "allowed" ? earliestNs : latestNs
}

function nameOf({ kind, value }: ConsentSubject): string {
  return `${kind} ${value}`
}
