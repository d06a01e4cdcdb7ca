import { toHex } from "../hex.ts"
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs"
import process from "node:process"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGunzip, createGzip } from "node:zlib"
import { type Config, ConfigError } from "../config.ts"
import { dataFolder } from "../data-folder.ts"
import { fingerprintDigest } from "../store/fingerprint.ts"
import { itemOf } from "../store/envelope.ts"
import { silent } from "../log.ts"
import { createRegistry } from "../metrics.ts"
import { createKeeper } from "../retention.ts"
import { currentRuntime } from "../runtime/current.ts"
import type { Item, Store } from "../store/store.ts"
import { kvStore } from "../store/kv.ts"
import { type Archived, readArchive, writeArchive } from "./archive.ts"
import { type PeersView, printPeers, viewPeers } from "./peers.ts"
import { type Progress, showProgress } from "./progress.ts"
import { fromNode, fromStore, type Source } from "./source.ts"

/** What an operator does with a node beside running it. Resolves with the exit code, 0 when it names none. A name may be two words. */
export type Command = (config: Config, file: string | undefined) => Promise<number | void>

export const commands: Readonly<Record<string, Command>> = {
  export: (config) => withSource(config, (source) => archive(source, process.stdout)),

  import: (config) => withStore(config, (store) => take(store, process.stdin)),

  backup: (config, file) => withSource(config, (source) => backup(source, named(file))),

  restore: (config, file) =>
    withStore(config, async (store) => {
      if (store.head > 0n) throw new ConfigError(`${config.data} holds envelopes already`)
      const packed = createReadStream(named(file))
      const plain = createGunzip()
      packed.once("error", (error) => plain.destroy(error)).pipe(plain)
      await take(store, plain)
    }),

  verify: (config) => withStore(config, verify, { readOnly: true }),

  peers: (config) => withPeers(config, (view) => view ? printPeers(view) : alone),
  "peers --json": (config) => withPeers(config, (view) => JSON.stringify(view ?? null, null, 2)),
}

/** What `--help` prints about them. */
export const commandUsage: string = [
  "  backup FILE     everything stored, from a running or a stopped node, compressed",
  "  restore FILE    a backup into an empty folder",
  "  export          everything stored as lines of JSON, to standard output",
  "  import          such lines from standard input, beside what is stored",
  "  verify          hash every stored message anew and report what is damaged",
  "  peers [--json]  the peer network as the running node sees it",
].join("\n")

const alone = "This node has no network: it runs without --p2p-port and --peer."

async function withPeers(
  { data, operatorToken }: Config,
  print: (view: PeersView | undefined) => string,
): Promise<void> {
  const url = await dataFolder(data).running()
  if (!url) throw new ConfigError(`no node works on ${data}`)
  console.log(print(await viewPeers(url, operatorToken)))
}

async function withStore<T>(
  config: Config,
  work: (store: Store) => Promise<T>,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<T> {
  const folder = dataFolder(config.data)
  const url = config.kv === undefined ? await folder.running() : undefined
  if (url) throw new ConfigError(`a node works on ${config.data}, at ${url}: stop it first`)
  const runtime = await currentRuntime()
  const kv = config.kv === undefined ? folder.openKv(runtime) : runtime.openKv(config.kv)
  const store = await kvStore(await kv, { shared: config.kv !== undefined, readOnly })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

async function withSource<T>(
  config: Config,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const url = config.kv === undefined ? await dataFolder(config.data).running() : undefined
  if (url) return await work(await fromNode(url))
  return await withStore(config, (store) => work(fromStore(store)), { readOnly: true })
}

/** Under its name stands a whole backup only: one that fails leaves the one before as it was. */
async function backup(source: Source, file: string): Promise<void> {
  const part = `${file}.part`
  try {
    await archive(source, createWriteStream(part), createGzip())
    renameSync(part, file)
  } finally {
    rmSync(part, { force: true })
  }
}

async function archive(
  { total, envelopes }: Source,
  to: NodeJS.WritableStream,
  through?: NodeJS.ReadWriteStream,
): Promise<void> {
  const progress = showProgress("archiving", total)
  const lines = Readable.from(writeArchive(counted(envelopes, progress)))
  // Standard output stays open for whoever else writes to it.
  const end = to !== process.stdout
  await (through ? pipeline(lines, through, to) : pipeline(lines, to, { end }))
  progress.end()
}

async function* counted(
  envelopes: AsyncIterable<Archived>,
  progress: Progress,
): AsyncGenerator<Archived> {
  let done = 0
  for await (const one of envelopes) {
    progress.at(++done)
    yield one
  }
}

async function take(store: Store, from: AsyncIterable<Uint8Array>): Promise<void> {
  const progress = showProgress("reading", 0)
  const before = store.head
  let group: Item[] = []
  let done = 0
  // A group is durable before the next is read: what was taken stays when the archive ends badly.
  const flush = async (): Promise<void> => {
    await store.append(group)
    progress.at(done += group.length)
    group = []
  }
  for await (const { envelope, receivedNs } of readArchive(linesOf(from))) {
    group.push(itemOf(envelope, "archive", receivedNs))
    if (group.length === 500) await flush()
  }
  await flush()
  progress.end()
  console.error(`${done} envelopes read, ${store.head - before} of them new`)
}

/** Unlike those of node:readline, they end with the error that the bytes ended with. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ""
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== "") yield rest
}

async function verify(store: Store): Promise<number> {
  const total = store.fingerprint("kept").count + store.fingerprint("expiring").count
  const progress = showProgress("verifying", Number(total))
  const registry = createRegistry()
  const now = (): Date => new Date()
  const keeper = createKeeper({ store, retentionMs: 0, registry, log: silent, now })
  const { checked, damaged } = await keeper.scrub({ onlyLook: true, onProgress: progress.at })
  progress.end()
  const root = toHex(fingerprintDigest(store.fingerprint("kept")))
  console.log(`${checked} envelopes, ${damaged} damaged, root fingerprint ${root}`)
  const missing = Number(total) - checked
  if (missing !== 0) console.log(`the log has ${missing} fewer entries than were counted`)
  return damaged + Math.abs(missing) === 0 ? 0 : 1
}

function named(file: string | undefined): string {
  if (file === undefined) throw new ConfigError("expected the name of a file")
  return file
}
