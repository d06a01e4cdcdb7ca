import type {
  Account,
  Address,
  Connection,
  Conversation,
  Message,
  NodeView,
  Problem,
  Settings,
  Verification,
} from "./model.ts"
import type { Route } from "./route.ts"

/** The conversation on the sheet. */
export interface Open {
  readonly id: string
  /** Oldest first, without a hole. */
  readonly messages: readonly Message[]
  readonly more: boolean
  readonly loading: boolean
  /** How many were new when it was opened, and from when. */
  readonly newCount: number
  readonly newFrom?: number
  /** The message that carries focus and the outline. */
  readonly selected?: string
  readonly replyTo?: string
}

/** Messages that the worker is asked for, and what it told of them meanwhile: the answer may be older. */
interface Opening {
  readonly id: string
  readonly changed: readonly Message[]
  readonly removed: readonly string[]
}

/** One hit of the search through cached text. */
export interface Hit {
  readonly conversation: string
  readonly message: string
  readonly text: string
  readonly at: number
}

/** Everything the page draws from. Replaced whole, never changed in place. */
export interface State {
  readonly route: Route
  /** Whether it is known who is here. */
  readonly started: boolean
  readonly account?: Account
  readonly locked: boolean
  /** Whether what is stored here has arrived. */
  readonly ready: boolean
  readonly connection: Connection
  readonly node: NodeView
  readonly conversations: readonly Conversation[]
  readonly names: Readonly<Record<Address, string>>
  readonly muted: readonly Address[]
  /** Until when each conversation's peer counts as writing. */
  readonly typing: Readonly<Record<string, number>>
  readonly open?: Open
  readonly opening?: Opening
  readonly drawer?: Verification
  readonly settings: Settings
  readonly problems: readonly Problem[]
  /** Which signature the wallet is being asked for. */
  readonly signing?: "create" | "enable" | "open"
  /** A node that a link asks to use. */
  readonly proposedNode?: string
  readonly search: string
  readonly hits: readonly Hit[]
  readonly stored: { readonly messages: number; readonly bytes: number }
  /** The clock of what is drawn; fixtures set it, the page moves it every half minute. */
  readonly now: number
}

export const initialSettings: Settings = {
  receipts: true,
  typing: true,
  notifications: false,
  sendWithEnter: true,
  pointers: false,
  fileStore: "",
}

export function initialState(route: Route, nodeUrl: string): State {
  return {
    route,
    started: false,
    locked: false,
    ready: false,
    connection: { state: "connecting" },
    node: { url: nodeUrl },
    conversations: [],
    names: {},
    muted: [],
    typing: {},
    settings: initialSettings,
    problems: [],
    search: "",
    hits: [],
    stored: { messages: 0, bytes: 0 },
    now: Date.now(),
  }
}
