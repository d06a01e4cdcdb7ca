// Wallets that the browser offers: EIP-6963 announcements, and `window.ethereum` where nothing
// announces itself (EIP-1193).

/** The one method of EIP-1193 that is needed. */
export interface Provider {
  request(call: { method: string; params?: readonly unknown[] }): Promise<unknown>
}

export interface WalletView {
  readonly id: string
  readonly name: string
  /** A `data:` image; anything else is not shown, because showing it would be a request. */
  readonly icon?: string
  readonly provider: Provider
}

interface Announcement extends Event {
  readonly detail?: {
    readonly info?: { uuid?: unknown; name?: unknown; icon?: unknown }
    readonly provider?: Provider
  }
}

/** Calls `found` with all wallets known so far, each time one announces itself. */
export function discoverWallets(
  found: (wallets: readonly WalletView[]) => void,
  target: EventTarget & { ethereum?: Provider } = globalThis as EventTarget & typeof globalThis,
): () => void {
  const wallets = new Map<string, WalletView>()
  const announced = (event: Event) => {
    const { info, provider } = (event as Announcement).detail ?? {}
    if (typeof info?.uuid !== "string" || typeof provider?.request !== "function") return
    const icon = typeof info.icon === "string" && info.icon.startsWith("data:image/")
      ? { icon: info.icon }
      : {}
    wallets.set(info.uuid, {
      id: info.uuid,
      name: String(info.name ?? "Wallet").slice(0, 40),
      ...icon,
      provider,
    })
    found([...wallets.values()])
  }
  target.addEventListener("eip6963:announceProvider", announced)
  target.dispatchEvent(new Event("eip6963:requestProvider"))
  if (wallets.size === 0 && typeof target.ethereum?.request === "function") {
    found([{ id: "injected", name: "Browser wallet", provider: target.ethereum }])
  }
  return () => target.removeEventListener("eip6963:announceProvider", announced)
}

/** The wallet said no (EIP-1193 code 4001): a decision, not a failure. */
export function saidNo(error: unknown): boolean {
  return (error as { code?: unknown })?.code === 4001
}
