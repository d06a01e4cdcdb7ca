// What the page knows, as plain data: made by the worker (or by a fixture), drawn by view/, kept in
// IndexedDB and passed between tabs. Times are milliseconds since 1970, addresses are EIP-55.

export type Address = string
export type Consent = "unknown" | "allowed" | "denied"

/** One row of the list. */
export interface Conversation {
  /** The topic that carries its messages. */
  readonly id: string
  readonly peer: Address
  readonly version: "v1" | "v2"
  /** What the conversation is about, when it was started with that. */
  readonly conversationId?: string
  readonly createdAt: number
  readonly consent: Consent
  readonly unread: number
  /** The oldest message not yet read; where the rule "n new" goes. */
  readonly unreadFrom?: number | undefined
  readonly last?: { readonly text: string; readonly mine: boolean; readonly at: number }
  /** When the peer said that it had read. */
  readonly peerReadAt?: number
  /** Whether a message of mine could not be sent. */
  readonly failed: boolean
}

/** A file inside a message, or beside it at a URL. */
export interface FileView {
  readonly name: string
  readonly type: string
  /** Bytes, of the file itself when it is here, of the sealed copy when it is elsewhere. */
  readonly size: number
  /** Pixels, for images that the browser could open. */
  readonly width?: number
  readonly height?: number
  /** Where it is kept, for a remote attachment. */
  readonly host?: string
  readonly state: "here" | "away" | "fetching" | "unlike" | "failed"
  /** Bytes that have gone up, while it is uploaded. */
  readonly uploaded?: number
}

/** What a message says, by kind of content. */
export type Body =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly file: FileView }
  | {
    readonly kind: "transaction"
    readonly network: string
    readonly reference: string
    readonly text: string
  }
  | { readonly kind: "unknown"; readonly type: string; readonly fallback?: string }
  | { readonly kind: "broken"; readonly reason: string }

export type Delivery =
  | { readonly state: "sending" | "waiting" | "sent" }
  | { readonly state: "uploading"; readonly done: number; readonly total: number }
  | { readonly state: "failed"; readonly reason: string }

export interface Reaction {
  readonly content: string
  readonly senders: readonly Address[]
}

/** The message that another one answers. `text` is absent when it is not loaded. */
export interface Quote {
  readonly id: string
  readonly sender?: Address
  readonly text?: string
}

export interface Message {
  /** The protocol's message id; a local one until the message is sealed. */
  readonly id: string
  readonly conversation: string
  readonly sender: Address
  readonly mine: boolean
  /** What the sender's clock said. */
  readonly at: number
  readonly body: Body
  readonly answers?: Quote
  readonly reactions: readonly Reaction[]
  readonly delivery: Delivery
}

/** One link of the chain in the drawer. */
export interface Step {
  readonly name: string
  readonly says: string
  /** Short, and as it is. */
  readonly value?: string
  readonly full?: string
  readonly state: "proved" | "failed" | "not reached"
}

/** What the drawer tells about a message. */
export interface Verification {
  readonly message: string
  readonly verdict: string
  readonly proved: boolean
  readonly steps: readonly Step[]
  readonly note: readonly string[]
  readonly facts: readonly {
    readonly name: string
    readonly value: string
    readonly full?: string
  }[]
}

export type Connection =
  | { readonly state: "connecting" | "live" }
  | { readonly state: "offline"; readonly retryAt?: number }
  | { readonly state: "catching-up"; readonly done: number; readonly total?: number }

/** The node as it described itself, and where. */
export interface NodeView {
  readonly url: string
  readonly network?: string
  readonly version?: string
  readonly maxMessageBytes?: number
  readonly retentionDays?: number
}

export interface Account {
  readonly address: Address
  readonly kind: "local" | "wallet"
  readonly backedUpAt?: number
  readonly passphrase: boolean
}

export interface Settings {
  readonly receipts: boolean
  readonly typing: boolean
  readonly notifications: boolean
  readonly sendWithEnter: boolean
  readonly pointers: boolean
  /** Where large files go: `https://host/path/{digest}`, written with PUT. Empty: nowhere. */
  readonly fileStore: string
}

/** Something wrong, shown as a strip on top. */
export type Problem =
  | { readonly kind: "no-node"; readonly host: string }
  | { readonly kind: "other-network"; readonly mine: string; readonly theirs: string }
  | { readonly kind: "refused" }
  | { readonly kind: "damaged" }
  | { readonly kind: "keys-unreadable" }
  | { readonly kind: "clock"; readonly minutes: number }
  | { readonly kind: "pause"; readonly until: number }
  | { readonly kind: "broken"; readonly report: string }
