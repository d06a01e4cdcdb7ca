// What the page and its worker say to each other. Everything is plain data that can be posted.
import type { ExportFormat, Found, LookUp } from "./actions.ts"
import type { Account, Conversation, Message, NodeView, Settings, Verification } from "./model.ts"
import type { Hit, State } from "./state.ts"

/** The part of the page's state that comes from the worker. */
export type Shared = Pick<
  State,
  | "connection"
  | "node"
  | "conversations"
  | "names"
  | "muted"
  | "typing"
  | "settings"
  | "problems"
  | "stored"
>

/** What the worker tells all tabs of a profile, unasked. */
export type News =
  | { readonly kind: "state"; readonly state: Partial<Shared> }
  | {
    readonly kind: "messages"
    readonly conversation: string
    readonly changed: readonly Message[]
    readonly removed: readonly string[]
  }
  /** A message of somebody else that is new. */
  | { readonly kind: "arrived"; readonly message: Message }

/** How this window's profile stands. */
export type Standing =
  | { readonly state: "none" }
  | { readonly state: "locked" }
  | { readonly state: "unreadable" }
  | { readonly state: "open"; readonly account: Account }

/** Messages of a conversation, oldest first, and whether older ones exist. */
export interface PageOfMessages {
  readonly messages: readonly Message[]
  readonly more: boolean
}

/** A file to be sent. */
export interface Outgoing {
  readonly name: string
  readonly type: string
  readonly data: Blob
}

/** Making and opening the account of this window: done by the window's own worker. */
export interface Desk {
  /** Opens the profile. `node` is where the page came from, unless another was chosen. */
  begin(profile: string, node: string): Promise<Standing>
  create(): Promise<Account>
  /** The wallet lives in the page: the worker asks it through `Page.sign`. */
  useWallet(address: string): Promise<Account>
  read(text: string, passphrase: string): Promise<Found>
  take(): Promise<Account>
  unlock(passphrase: string): Promise<Account | undefined>
  setPassphrase(passphrase: string): Promise<Account>
  exportKeys(format: ExportFormat, passphrase: string): Promise<{ text: string; account: Account }>
  forget(): Promise<void>
  describeNode(url: string): Promise<NodeView | undefined>
}

/** Everything else: done by one tab's worker for all tabs of the profile. */
export interface Engine {
  snapshot(): Promise<Shared>
  open(conversation: string, count: number): Promise<PageOfMessages>
  /** Those sent at `until` or before: the oldest known one is among them. */
  older(conversation: string, until: number, count: number): Promise<PageOfMessages>
  /** Up to and with a message; undefined when it is not stored here. */
  openTo(conversation: string, message: string): Promise<PageOfMessages | undefined>
  lookUp(text: string): Promise<LookUp>
  start(address: string, about: string | undefined): Promise<Conversation>
  search(text: string): Promise<readonly Hit[]>
  /** `local` is the id that the page already shows it under. */
  send(
    local: string,
    conversation: string,
    text: string,
    answers: string | undefined,
  ): Promise<void>
  attach(local: string, conversation: string, file: Outgoing): Promise<void>
  retry(message: string): Promise<void>
  discard(message: string): Promise<void>
  react(conversation: string, message: string, content: string, added: boolean): Promise<void>
  setConsent(peer: string, consent: "allowed" | "denied"): Promise<void>
  name(peer: string, name: string): Promise<void>
  mute(peer: string, on: boolean): Promise<void>
  read(conversation: string): Promise<void>
  writing(conversation: string): Promise<void>
  verify(message: string): Promise<Verification>
  fetchFile(message: string): Promise<void>
  file(message: string): Promise<Blob>
  save(conversation: string): Promise<string>
  change(settings: Partial<Settings>): Promise<void>
  useNode(url: string): Promise<void>
  tryNow(): Promise<void>
  refetch(): Promise<void>
}

/** What the worker asks of its page. */
export interface PageSide {
  sign(address: string, text: string): Promise<string>
  news(news: News): void
  /** Something broke in the worker; the report names code, not contents. */
  failed(report: string): void
}
