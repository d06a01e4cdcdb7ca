// What Connect's conformance runner asks of the server under test: to answer each call as the call says.
import {
  create,
  createFileRegistry,
  type DescMessage,
  type DescService,
  type FileRegistry,
  fromBinary,
  type Message,
} from "@bufbuild/protobuf"
import { type Any, anyPack, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt"
import {
  type Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect"

interface Header {
  readonly name: string
  readonly value: readonly string[]
}

interface Failure {
  readonly code: Code
  readonly message?: string
  readonly details: readonly Any[]
}

/** Both kinds of response definitions, as far as they are alike. */
interface Definition {
  readonly responseHeaders: readonly Header[]
  readonly responseTrailers: readonly Header[]
  readonly responseDelayMs: number
}

interface UnaryDefinition extends Definition {
  readonly response:
    | { readonly case: "responseData"; readonly value: Uint8Array }
    | { readonly case: "error"; readonly value: Failure }
    | { readonly case: undefined; readonly value?: undefined }
}

interface StreamDefinition extends Definition {
  readonly responseData: readonly Uint8Array[]
  readonly error?: Failure
}

type Asked<D> = Message & { readonly responseDefinition?: D; readonly fullDuplex?: boolean }

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The messages of conformance.proto, from what `buf build` makes of it. */
export function readMessages(descriptors: Uint8Array): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors))
}

/** The message of this name in the package of the conformance tests. */
export function messageOf(registry: FileRegistry, name: string): DescMessage {
  return registry.getMessage(`connectrpc.conformance.v1.${name}`)!
}

/** Registers the service under test. A message of more than `readMaxBytes` is refused. */
export function conformanceRoutes(
  registry: FileRegistry,
  readMaxBytes: number,
): (router: ConnectRouter) => void {
  const infoSchema = messageOf(registry, "ConformancePayload.RequestInfo")
  const service = registry.getService("connectrpc.conformance.v1.ConformanceService")!

  function infoOf(requests: readonly Message[], context?: HandlerContext): Message {
    const any = requests.map((one) => anyPack(registry.getMessage(one.$typeName)!, one))
    if (!context) return create(infoSchema, { requests: any })
    const timeoutMs = context.timeoutMs()
    return create(infoSchema, {
      requests: any,
      requestHeaders: headersOf(context.requestHeader),
      ...(timeoutMs !== undefined && { timeoutMs: BigInt(Math.ceil(timeoutMs)) }),
      ...(context.requestMethod === "GET" && {
        connectGetInfo: { queryParams: headersOf(new URL(context.url).searchParams) },
      }),
    })
  }

  function errorOf({ code, message, details }: Failure, info?: Message): ConnectError {
    const error = new ConnectError(message ?? "", code)
    error.details = [...details, ...info ? [anyPack(infoSchema, info)] : []]
      .map(({ typeUrl, value }) => ({ type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value }))
    return error
  }

  async function unary(requests: readonly Asked<UnaryDefinition>[], context: HandlerContext) {
    const definition = requests[0]?.responseDefinition
    const requestInfo = infoOf(requests, context)
    if (!definition) return { payload: { requestInfo } }
    announce(definition, context)
    await pause(definition.responseDelayMs)
    const { response } = definition
    if (response.case === "error") throw errorOf(response.value, requestInfo)
    return { payload: { data: response.value ?? new Uint8Array(), requestInfo } }
  }

  async function* stream(
    requests: AsyncIterable<Asked<StreamDefinition>>,
    context: HandlerContext,
  ) {
    let definition: StreamDefinition | undefined
    let fullDuplex = false
    let answered = 0
    let heard: Asked<StreamDefinition>[] = []
    let first = true
    async function* answer() {
      await pause(definition!.responseDelayMs)
      const whole = answered === 0
      const requestInfo = whole || fullDuplex
        ? infoOf(heard, whole ? context : undefined)
        : undefined
      yield {
        payload: { data: definition!.responseData[answered]!, ...requestInfo && { requestInfo } },
      }
      heard = []
      answered++
    }
    for await (const request of requests) {
      heard.push(request)
      if (first) {
        first = false
        definition = request.responseDefinition
        fullDuplex = request.fullDuplex ?? false
        if (definition) announce(definition, context)
      }
      if (!fullDuplex) continue
      if (answered >= (definition?.responseData.length ?? 0)) break
      yield* answer()
    }
    if (!definition) return
    while (answered < definition.responseData.length) yield* answer()
    const { error } = definition
    if (error) throw errorOf(error, answered === 0 ? infoOf(heard, context) : undefined)
  }

  const implementation = {
    unary: (request: Asked<UnaryDefinition>, context: HandlerContext) => unary([request], context),
    idempotentUnary: (request: Asked<UnaryDefinition>, context: HandlerContext) =>
      unary([request], context),
    clientStream: async (
      requests: AsyncIterable<Asked<UnaryDefinition>>,
      context: HandlerContext,
    ) => unary(await all(requests), context),
    serverStream: (request: Asked<StreamDefinition>, context: HandlerContext) =>
      stream(one(request), context),
    bidiStream: stream,
  }
  return (router) => {
    router.service(service, implementation as unknown as ServiceImpl<DescService>, {
      jsonOptions: { registry },
      readMaxBytes,
    })
  }
}

function announce(definition: Definition, context: HandlerContext): void {
  const { responseHeader, responseTrailer } = context
  for (
    const [headers, to] of [
      [definition.responseHeaders, responseHeader],
      [definition.responseTrailers, responseTrailer],
    ] as const
  ) {
    for (const { name, value } of headers) value.forEach((each) => to.append(name, each))
  }
}

function headersOf(pairs: Iterable<[string, string]>): { name: string; value: string[] }[] {
  return [...pairs].map(([name, value]) => ({ name, value: [value] }))
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield await Promise.resolve(item)
}
