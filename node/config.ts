import type { LogLevel } from "./log.ts"

/** How one node process is set up. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly grpcPort: number
  /** Where peers connect; undefined: the node stays alone. */
  readonly p2pPort: number | undefined
  /** A folder, or ":memory:". */
  readonly data: string
  /** A remote Deno KV that takes the folder's place. */
  readonly kv: string | undefined
  readonly network: string
  readonly peers: readonly string[]
  readonly allowPeers: readonly string[]
  readonly announce: readonly string[]
  /** The gossip topic; undefined: the default of the network. */
  readonly p2pTopic: string | undefined
  /** The longest message that is gossiped; undefined: the default. */
  readonly p2pMaxBytes: number | undefined
  readonly limits: boolean
  readonly logLevel: LogLevel
}

/** A flag or variable that cannot be used; the message names it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}

interface Setting {
  readonly flag: string
  readonly value: string
  readonly help: string
  readonly fallback?: string
}

// A setting's variable is its flag: --grpc-port is WAFER_GRPC_PORT.
const settings = {
  host: { flag: "host", value: "ADDRESS", help: "address to listen on", fallback: "0.0.0.0" },
  port: { flag: "port", value: "PORT", help: "HTTP: Connect, gRPC-Web, JSON", fallback: "5555" },
  grpcPort: { flag: "grpc-port", value: "PORT", help: "native gRPC", fallback: "5556" },
  p2pPort: { flag: "p2p-port", value: "PORT", help: "join the peer network (5557 with --peer)" },
  data: { flag: "data", value: "DIR", help: "where envelopes live, or :memory:", fallback: "data" },
  kv: { flag: "kv", value: "URL", help: "a remote Deno KV instead of a folder" },
  network: { flag: "network", value: "NAME", help: "whom to peer with", fallback: "wafer" },
  peers: { flag: "peer", value: "MULTIADDR", help: "a node to connect to, may be repeated" },
  allowPeers: { flag: "allow-peer", value: "ID", help: "only these may connect, may be repeated" },
  announce: { flag: "announce", value: "MULTIADDR", help: "how peers reach this node" },
  p2pTopic: { flag: "p2p-topic", value: "TOPIC", help: "gossip topic, for a Waku shard" },
  p2pMaxBytes: { flag: "p2p-max-bytes", value: "BYTES", help: "longest message to gossip" },
  limits: { flag: "limits", value: "on|off", help: "rate limits per client", fallback: "on" },
  logLevel: {
    flag: "log-level",
    value: "LEVEL",
    help: "debug, info, warn or error",
    fallback: "info",
  },
} satisfies Record<keyof Config, Setting>

// A variable may name several of these, separated by commas.
const lists = new Set<Setting>([settings.peers, settings.allowPeers, settings.announce])

/** What `--help` prints. */
export const usage: string = [
  "wafer-node [flags]",
  "",
  ...Object.values<Setting>(settings).map(({ flag, value, help, fallback }) => {
    const given = `  --${flag} ${value}`.padEnd(24)
    return given + help + (fallback === undefined ? "" : ` (${fallback})`)
  }),
  "",
  "Each flag is a variable too: --grpc-port is WAFER_GRPC_PORT. A flag wins. Port 0 is any free port.",
].join("\n")

/**
 * Reads flags, then WAFER_* variables, then defaults.
 *
 * @throws ConfigError for what it does not know or cannot read
 */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const flags = readFlags(args)
  const all = (setting: Setting): string[] => {
    const given = flags.get(setting.flag)
    if (given) return given
    const variable = env[variableOf(setting)]
    if (variable !== undefined && variable !== "") {
      return lists.has(setting) ? variable.split(/[\s,]+/) : [variable]
    }
    return setting.fallback === undefined ? [] : [setting.fallback]
  }
  const one = (setting: Setting): string => all(setting).at(-1)!
  const p2pPort = all(settings.p2pPort).at(-1)
  const p2pMaxBytes = all(settings.p2pMaxBytes).at(-1)
  const networked = [settings.peers, settings.allowPeers].some((s) => all(s).length > 0)
  return {
    host: one(settings.host),
    port: readPort(settings.port, one(settings.port)),
    grpcPort: readPort(settings.grpcPort, one(settings.grpcPort)),
    p2pPort: p2pPort !== undefined || networked
      ? readPort(settings.p2pPort, p2pPort ?? "5557")
      : undefined,
    data: one(settings.data),
    kv: all(settings.kv).at(-1),
    network: one(settings.network),
    peers: all(settings.peers),
    allowPeers: all(settings.allowPeers),
    announce: all(settings.announce),
    p2pTopic: all(settings.p2pTopic).at(-1),
    p2pMaxBytes: p2pMaxBytes === undefined
      ? undefined
      : readBytes(settings.p2pMaxBytes, p2pMaxBytes),
    limits: readChoice(settings.limits, one(settings.limits), ["on", "off"]) === "on",
    logLevel: readChoice(settings.logLevel, one(settings.logLevel), [
      "debug",
      "info",
      "warn",
      "error",
    ]),
  }
}

function readFlags(args: readonly string[]): Map<string, string[]> {
  const known = new Set(Object.values<Setting>(settings).map(({ flag }) => flag))
  const flags = new Map<string, string[]>()
  for (let i = 0; i < args.length; i++) {
    const [, name = "", inline] = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(args[i]!) ?? []
    if (!known.has(name)) throw new ConfigError(`${args[i]} is not a flag of this node`)
    const value = inline ?? args[++i]
    if (value === undefined) throw new ConfigError(`--${name} needs a value`)
    flags.set(name, [...flags.get(name) ?? [], value])
  }
  return flags
}

function readPort(setting: Setting, text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new ConfigError(`--${setting.flag} expected a port from 0 to 65535, got ${text}`)
  }
  return port
}

function readBytes(setting: Setting, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new ConfigError(`--${setting.flag} expected a number of bytes, got ${text}`)
  }
  return Number(text)
}

function readChoice<T extends string>(setting: Setting, text: string, choices: readonly T[]): T {
  const choice = choices.find((c) => c === text)
  if (!choice) {
    throw new ConfigError(`--${setting.flag} expected ${choices.join(", ")}, got ${text}`)
  }
  return choice
}

function variableOf({ flag }: Setting): string {
  return `WAFER_${flag.toUpperCase().replaceAll("-", "_")}`
}
