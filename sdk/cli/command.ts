import type { Client, ClientOptions } from "../client.ts"
import type { Profile } from "./profile.ts"

/** What the program has of the machine it runs on. */
export interface Terminal {
  /** Writes a line of the result. */
  result(line: string): void
  /** Writes a line for whoever watches, beside the result. */
  note(line: string): void
  /** Shows how far a long work is, in place of what it showed before; undefined when it is done. */
  progress(text: string | undefined): void
  /** All that stands on the standard input. */
  input(): Promise<string>
  /** Writes a file that only its owner may read. Throws when there is one. */
  save(path: string, text: string): Promise<void>
  /** Aborts when the program is asked to stop. */
  readonly signal: AbortSignal
}

/** One call of a command. */
export interface Call {
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, string | undefined>>
  /** Whether results are to be JSON, one value a line. */
  readonly json: boolean
  readonly terminal: Terminal
  readonly profile: Profile
  /** What a client of this call is made of. */
  clientOptions(): ClientOptions
  /** Opens the account of the profile. Throws `store` when there is none. */
  connect(): Promise<Client>
}

/** Something the program can be told to do. */
export interface Command {
  /** Such as `send ADDRESS TEXT`. The words in lower case name the command. */
  readonly usage: string
  readonly summary: string
  /** Options with what stands for their value in the help; those without a value have an empty one. */
  readonly options?: Readonly<Record<string, { readonly value: string; readonly summary: string }>>
  run(call: Call): Promise<void>
}
