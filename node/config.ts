import type { LogLevel } from "./log.ts"

/** How one node process is set up. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly grpcPort: number
  readonly p2pPort: number
  /** A folder, or ":memory:". */
  readonly data: string
  /** A remote Deno KV that takes the folder's place. */
  readonly kv: string | undefined
  readonly network: string
  readonly peers: readonly string[]
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
  p2pPort: { flag: "p2p-port", value: "PORT", help: "peer network", fallback: "5557" },
  data: { flag: "data", value: "DIR", help: "where envelopes live, or :memory:", fallback: "data" },
  kv: { flag: "kv", value: "URL", help: "a remote Deno KV instead of a folder" },
  network: { flag: "network", value: "NAME", help: "whom to peer with", fallback: "wafer" },
  peers: { flag: "peer", value: "MULTIADDR", help: "a node to connect to, may be repeated" },
  limits: { flag: "limits", value: "on|off", help: "rate limits per client", fallback: "on" },
  logLevel: {
    flag: "log-level",
    value: "LEVEL",
    help: "debug, info, warn or error",
    fallback: "info",
  },
} satisfies Record<keyof Config, Setting>

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
      return setting === settings.peers ? variable.split(/[\s,]+/) : [variable]
    }
    return setting.fallback === undefined ? [] : [setting.fallback]
  }
  const one = (setting: Setting): string => all(setting).at(-1)!
  return {
    host: one(settings.host),
    port: readPort(settings.port, one(settings.port)),
    grpcPort: readPort(settings.grpcPort, one(settings.grpcPort)),
    p2pPort: readPort(settings.p2pPort, one(settings.p2pPort)),
    data: one(settings.data),
    kv: all(settings.kv).at(-1),
    network: one(settings.network),
    peers: all(settings.peers),
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
