import { toAddress } from "./protocol/address.ts"
import type { ConsentEntry, ConsentState, ConsentSubject } from "./protocol/consent.ts"
import { type Context, signalOf } from "./context.ts"
import { createFeed, feedOptions } from "./network/feed.ts"
import { createStream, type Stream, type StreamOptions } from "./network/stream.ts"
import type { CallOptions } from "./network/transport.ts"

/** An address, or a group or an inbox by its id. */
export type Subject = string | { readonly group: string } | { readonly inbox: string }

/** Whom the account allows to write to it. Only the account itself can read what it has said. */
export interface Contacts {
  /** Allows them, on all devices. Writing to somebody of whom nothing was said allows too. */
  allow(subjects: Subject | readonly Subject[], options?: CallOptions): Promise<void>
  /** Denies them, on all devices. Their messages still arrive: what to show is the application's part. */
  deny(subjects: Subject | readonly Subject[], options?: CallOptions): Promise<void>
  /** What was said of somebody. */
  consent(subject: Subject, options?: CallOptions): Promise<ConsentState>
  /** Everything that was said, as it stands. */
  list(options?: CallOptions): Promise<ConsentEntry[]>
  /** Reads what other devices said since. */
  refresh(options?: CallOptions): Promise<void>
  /** Changes as they are made, on whichever device. With `since`, first those made since. */
  stream(options?: StreamOptions): Stream<ConsentEntry>
}

/** Makes the contacts of a client. */
export function createContacts(context: Context): Contacts {
  const { consent, network } = context

  function set(
    state: ConsentEntry["state"],
    subjects: Subject | readonly Subject[],
    { signal }: CallOptions,
  ): Promise<void> {
    const all = Array.isArray(subjects) ? subjects : [subjects]
    const entries = all.map((subject) => ({ ...consentSubject(subject), state }))
    return consent.set(entries, signalOf(context, signal))
  }

  return {
    // deno-lint-ignore require-await -- what is wrong with the subjects rejects the promise too
    allow: async (subjects, options = {}) => set("allowed", subjects, options),
    // deno-lint-ignore require-await -- as above
    deny: async (subjects, options = {}) => set("denied", subjects, options),
    consent: async (subject, { signal } = {}) =>
      await consent.state(consentSubject(subject), signalOf(context, signal)),
    list: ({ signal } = {}) => consent.all(signalOf(context, signal)),
    refresh: ({ signal } = {}) => consent.refresh(signalOf(context, signal)),

    stream(options = {}) {
      return createStream(async function* (signal) {
        const topics = [await consent.topic()]
        for await (const envelope of createFeed(network, feedOptions(topics, options, signal))) {
          yield* await consent.learn([envelope])
        }
      }, { until: context.closed, signal: options.signal })
    },
  }
}

function consentSubject(subject: Subject): ConsentSubject {
  if (typeof subject === "string") return { kind: "address", value: toAddress(subject) }
  if ("group" in subject) return { kind: "group", value: subject.group }
  return { kind: "inbox", value: subject.inbox }
}
