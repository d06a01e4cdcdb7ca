import { parseRange, type Range } from "./access/ip.ts"
import type { LogLevel } from "./log.ts"
import { createShards, type Shards } from "./store/shard.ts"
import type { TraceTarget } from "./trace.ts"

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
  /** How the network divides topics, and what this node keeps of them. */
  readonly shards: Shards
  readonly limits: boolean
  /** A file of rules about clients, read again when it changes. */
  readonly rules: string | undefined
  readonly trustedProxies: readonly Range[]
  /** How long topics outside /xmtp/ are kept; 0 is for ever. */
  readonly retentionMs: number
  /** Certificate and key of the one TLS port that takes the place of the two others. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** Shows an operator away from the machine what /status hides from others. */
  readonly operatorToken: string | undefined
  readonly logLevel: LogLevel
  /** Where spans go, by OpenTelemetry's own variables. */
  readonly traces: TraceTarget | undefined
}

/** A flag or variable that cannot be used; the message names it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}

interface Setting<T, F = string | undefined> {
  readonly flag: string
  /** What the help shows in the place of the value. */
  readonly value: string
  readonly help: string
  readonly read: (text: string) => T
  /** What is read when neither flag nor variable is given. */
  readonly fallback: F
  /** May be repeated; a variable then lists them, separated by commas. */
  readonly many?: true
}

const setting = <T, F extends string | undefined = undefined>(
  flag: string,
  value: string,
  help: string,
  read: (text: string) => T,
  fallback?: F,
): Setting<T, F> => ({ flag, value, help, read, fallback: fallback as F })

const repeated = <T>(setting: Setting<T>): Setting<T> => ({
  ...setting,
  help: `${setting.help}, may be repeated`,
  many: true,
})

const text = (value: string): string => value

// A setting's variable is its flag: --grpc-port is WAFER_GRPC_PORT.
const settings = {
  host: setting("host", "ADDRESS", "address to listen on", text, "0.0.0.0"),
  port: setting("port", "PORT", "HTTP: Connect, gRPC-Web, JSON", port, "5555"),
  grpcPort: setting("grpc-port", "PORT", "native gRPC", port, "5556"),
  data: setting("data", "DIR", "where envelopes live, or :memory:", text, "data"),
  kv: setting("kv", "URL", "a remote Deno KV instead of a folder", text),
  retention: setting(
    "retention",
    "TIME",
    "keep topics outside /xmtp/ for 90m, 24h, 7d; 0 is for ever",
    duration,
    "24h",
  ),
  limits: setting("limits", "on|off", "rate limits per client", choice("on", "off"), "on"),
  rules: setting(
    "rules",
    "FILE",
    "who goes faster and who is denied, read again when changed",
    text,
  ),
  trustProxy: repeated(setting("trust-proxy", "RANGE", "believe X-Forwarded-For from here", range)),
  tlsCert: setting("tls-cert", "FILE", "with --tls-key: all on one port", text),
  tlsKey: setting("tls-key", "FILE", "key of the certificate", text),
  operatorToken: setting("operator-token", "TOKEN", "opens all of /status from anywhere", text),
  logLevel: setting(
    "log-level",
    "LEVEL",
    "debug, info, warn or error",
    choice("debug", "info", "warn", "error"),
    "info",
  ),
  p2pPort: setting("p2p-port", "PORT", "join the peer network (5557 with --peer)", port),
  network: setting("network", "NAME", "whom to peer with", text, "wafer"),
  peer: repeated(setting("peer", "MULTIADDR", "a node to connect to", text)),
  allowPeer: repeated(setting("allow-peer", "ID", "only these may connect", text)),
  announce: repeated(setting("announce", "MULTIADDR", "how peers reach this node", text)),
  shards: setting(
    "shards",
    "N",
    "parts that the network divides topics into: 1, 2, 4 … 1024",
    whole,
    "1",
  ),
  keepShards: setting(
    "keep-shards",
    "LIST",
    "those that this node keeps: 0-3,7, all or none",
    shardList,
    "all",
  ),
  p2pTopic: setting("p2p-topic", "TOPIC", "gossip topic, for a Waku shard", text),
  p2pMaxBytes: setting("p2p-max-bytes", "BYTES", "longest message to gossip", bytes),
}

/** The flags as `--help` prints them. */
export const usage: string = [
  ...Object.values<Setting<unknown>>(settings).map(({ flag, value, help, fallback }) => {
    const given = `  --${flag} ${value}`.padEnd(24)
    return given + help + (fallback === undefined ? "" : ` (${fallback})`)
  }),
  "",
  "Each flag is a variable too: --grpc-port is WAFER_GRPC_PORT. A flag wins. Port 0 is any free port.",
  "OTEL_EXPORTER_OTLP_ENDPOINT sends a span of each call to a collector of OpenTelemetry.",
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

  function all<T>({ flag, many, fallback, read }: Setting<T>): T[] {
    const variable = env[`WAFER_${flag.toUpperCase().replaceAll("-", "_")}`] || undefined
    const listed = many ? variable?.split(/[\s,]+/) : variable && [variable]
    const texts = flags.get(flag) ?? (listed || (fallback === undefined ? [] : [fallback]))
    return texts.map((text) => {
      try {
        return read(text)
      } catch (error) {
        throw error instanceof Expected
          ? new ConfigError(`--${flag} expected ${error.message}, got ${text}`)
          : error
      }
    })
  }
  const maybe = <T>(setting: Setting<T>): T | undefined => all(setting).at(-1)
  const one = <T>(setting: Setting<T, string>): T => maybe(setting)!

  const peers = all(settings.peer)
  const allowPeers = all(settings.allowPeer)
  const networked = peers.length > 0 || allowPeers.length > 0
  const p2pPort = maybe(settings.p2pPort) ?? (networked ? 5557 : undefined)
  const [cert, key] = [maybe(settings.tlsCert), maybe(settings.tlsKey)]
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigError("--tls-cert and --tls-key need each other")
  }
  return {
    host: one(settings.host),
    port: one(settings.port),
    grpcPort: one(settings.grpcPort),
    p2pPort,
    data: one(settings.data),
    kv: maybe(settings.kv),
    network: one(settings.network),
    peers,
    allowPeers,
    announce: all(settings.announce),
    p2pTopic: maybe(settings.p2pTopic),
    p2pMaxBytes: maybe(settings.p2pMaxBytes),
    shards: readShards(one(settings.shards), one(settings.keepShards), p2pPort !== undefined),
    limits: one(settings.limits) === "on",
    rules: maybe(settings.rules),
    trustedProxies: all(settings.trustProxy),
    retentionMs: one(settings.retention),
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    operatorToken: maybe(settings.operatorToken),
    logLevel: one(settings.logLevel),
    traces: readTraces(env),
  }
}

function readTraces(env: Readonly<Record<string, string | undefined>>): TraceTarget | undefined {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT
  // Deno itself traces then, and would be the second to do so.
  if (!endpoint || env.OTEL_DENO === "true") return undefined
  if (!URL.canParse(endpoint)) {
    throw new ConfigError(`OTEL_EXPORTER_OTLP_ENDPOINT expected a URL, got ${endpoint}`)
  }
  const pairs = (env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split(",").filter(Boolean)
  const headers = pairs.map((pair): [string, string] => {
    const [, name, value] = /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
    try {
      if (name !== undefined) return [name, decodeURIComponent(value!)]
    } catch { /* said below */ }
    throw new ConfigError("OTEL_EXPORTER_OTLP_HEADERS expected name=value, separated by commas")
  })
  const service = env.OTEL_SERVICE_NAME
  return { endpoint, headers: Object.fromEntries(headers), ...(service && { service }) }
}

function readShards(count: number, kept: readonly number[] | "all", networked: boolean): Shards {
  let shards: Shards
  try {
    shards = createShards(count, kept === "all" ? undefined : kept)
  } catch (error) {
    throw new ConfigError(`--shards and --keep-shards ${(error as RangeError).message}`)
  }
  if (shards.kept.length < count && !networked) {
    throw new ConfigError("--keep-shards needs peers that keep the other shards, see --peer")
  }
  return shards
}

function readFlags(args: readonly string[]): Map<string, string[]> {
  const known = new Set(Object.values<Setting<unknown>>(settings).map(({ flag }) => flag))
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

/** What a setting expected, for the sentence of the error. */
class Expected extends Error {}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new Expected("a port from 0 to 65535")
}

function bytes(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Expected("a number of bytes")
}

function whole(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new Expected("a whole number")
}

function shardList(text: string): readonly number[] | "all" {
  if (text === "all") return text
  if (text === "none") return []
  return text.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? []
    const length = Number(last) - Number(first) + 1
    if (!(length > 0)) throw new Expected("shards like 0-3,7, all or none")
    return Array.from({ length }, (_, i) => Number(first) + i)
  })
}

function duration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (text === "0") return 0
  if (!count || !unit) throw new Expected("a time like 90m, 24h or 7d")
  return Number(count) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit]!
}

function range(text: string): Range {
  const parsed = parseRange(text)
  if (!parsed) throw new Expected("an address or a range like 10.0.0.0/8")
  return parsed
}

function choice<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const chosen = choices.find((one) => one === text)
    if (chosen === undefined) throw new Expected(choices.join(", "))
    return chosen
  }
}
