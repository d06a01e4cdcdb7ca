// What each part of the suite is about, in the order in which a reader meets it.
export interface Part {
  readonly name: string
  readonly title: string
  readonly about: string
  /** Whether it measures what a program's user waits for, rather than a part of it. */
  readonly whole?: boolean
}

export const parts: readonly Part[] = [
  {
    name: "history",
    whole: true,
    title: "Reading history",
    about: "Both clients read one conversation from one node on the same machine: fetch, open, " +
      "verify, decode. Nothing is cached between reads.",
  },
  {
    name: "send",
    whole: true,
    title: "Sending",
    about: "Both clients write to one conversation on one node: encode, sign, seal, publish, and " +
      "hear that it is stored. The node keeps it in memory.",
  },
  {
    name: "size",
    title: "What a page downloads",
    about:
      "Bundled and minified by esbuild. The official client's Buffer polyfill is not counted, " +
      "its WebAssembly file is.",
  },
  {
    name: "cold",
    whole: true,
    title: "Cold start",
    about: "From the start of a process to an imported SDK, and to a new account's first client. " +
      "Every program also imports viem, for its wallet.",
  },
  {
    name: "primitives",
    title: "Cryptography",
    about:
      "Every primitive beside the libraries that one would take instead, in one process. Calls " +
      "of WebCrypto are also measured with sixteen in flight, as they can only be had asynchronously.",
  },
  {
    name: "node",
    title: "The node",
    about:
      "What one node does in a second, with its data on disk and its clients on the same machine, " +
      "and what its store and web server could do at most (“limit”). “cpu” is the node's processor " +
      "time for one request, or one value.",
  },
  {
    name: "network",
    title: "Between nodes",
    about: "What the peer network costs and how fast it is, on loopback. “cpu” is the processor " +
      "time of one session, or of one envelope.",
  },
  {
    name: "inbox",
    title: "The inbox",
    about:
      "A conversation of 10 000 messages in headless Chromium, which draws without a graphics " +
      "processor: from the request to the first paint and to messages that can be answered, and " +
      "the time between frames while they scroll.",
  },
]
