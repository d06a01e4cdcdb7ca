import type { Message, Settings } from "./model.ts"
import type { Route } from "./route.ts"
import type { WalletView } from "./wallets.ts"

/** What the node answered about an address. */
export type LookUp =
  | { readonly state: "joined" | "not-joined" | "own" | "no-answer"; readonly address: string }
  | { readonly state: "checksum" | "not-an-address" }

export type ExportFormat = "file" | "raw" | "bundle"

/** An account found in a file or in pasted text, not yet taken. */
export interface Found {
  readonly address: string
  readonly kind: "local" | "wallet"
}

/** What a person can do here. The page wires it to the worker; the gallery of states to nothing. */
export interface Actions {
  readonly go: (route: Route, replace?: boolean) => void
  readonly account: {
    create(): Promise<void>
    useWallet(wallet: WalletView): Promise<void>
    /** Opens an export; throws when it is none, or the passphrase is wrong. */
    read(text: string, passphrase: string): Promise<Found>
    /** Takes the account that `read` found. */
    take(): Promise<void>
    unlock(passphrase: string): Promise<boolean>
    /** An empty passphrase removes it. */
    setPassphrase(passphrase: string): Promise<void>
    export(format: ExportFormat, passphrase: string): Promise<string>
    forget(): Promise<void>
    openSecond(): void
    link(): string
  }
  readonly people: {
    allow(peer: string): void
    deny(peer: string): void
    name(peer: string, name: string): void
    mute(peer: string, on: boolean): void
  }
  readonly conversations: {
    lookUp(text: string): Promise<LookUp>
    /** Opens the conversation, or makes it. */
    start(address: string, about?: string): Promise<void>
    search(text: string): void
  }
  readonly messages: {
    send(conversation: string, text: string, answers?: string): void
    attach(conversation: string, files: readonly File[]): void
    retry(message: string): void
    discard(message: string): void
    react(message: Message, content: string): void
    older(): Promise<void>
    /** Opens a conversation at a message and selects it. */
    find(conversation: string, message: string): Promise<void>
    select(message: string | undefined): void
    reply(message: string | undefined): void
    verify(message: string): Promise<void>
    closeDrawer(): void
    fetchFile(message: string): void
    /** The bytes of a file that is here. */
    file(message: string): Promise<Blob>
    writing(conversation: string): void
    read(conversation: string): void
    save(conversation: string): Promise<void>
  }
  readonly settings: {
    change(change: Partial<Settings>): void
    /** An empty URL declines the node that a link proposed. */
    useNode(url: string): void
    tryNow(): void
    refetch(): void
    askToNotify(): Promise<void>
  }
}
