import { type DescMessage, fromBinary, fromJson } from "@bufbuild/protobuf"
import { create, type MessageShape, toBinary } from "@bufbuild/protobuf"
import { Code, type ConnectError } from "@connectrpc/connect"
import {
  BatchQueryRequestSchema,
  BatchQueryResponseSchema,
  type Envelope,
  PublishRequestSchema,
  PublishResponseSchema,
  QueryRequestSchema,
  QueryResponseSchema,
  SubscribeAllRequestSchema,
  SubscribeRequestSchema,
} from "@wafer/proto"
import type { Api } from "../api.ts"
import { readBody } from "./body.ts"
import { methodOf } from "./connect-unary.ts"
import type { Caller } from "../access/desk.ts"
import type { Subscription } from "../hub.ts"
import {
  batchQueryResponseJson,
  envelopeJson,
  errorJson,
  parseJson,
  queryResponseJson,
} from "./json.ts"
import { asRefusal, httpStatusOf, invalid, type Limits } from "../refusal.ts"

/** A route of the JSON gateway: V1's methods as plain HTTP. */
export type GatewayRoute = (request: Request, caller: Caller) => Promise<Response>

export interface GatewayOptions {
  readonly limits: Limits
  /** How often a silent stream says that it is alive. */
  readonly heartbeatMs: number
}

const protobuf = "application/x-protobuf"
const utf8 = new TextEncoder()

/** The gateway's routes by path; all of them are POST. */
export function gatewayRoutes(api: Api, options: GatewayOptions): Map<string, GatewayRoute> {
  const read = <I extends DescMessage>(
    input: I,
    request: Request,
    caller: Caller,
  ): Promise<MessageShape<I>> =>
    api.reading(methodOf(input), caller, () => readMessage(input, request, options.limits))

  const unary = <I extends DescMessage, O extends DescMessage>(
    input: I,
    output: O,
    call: (message: MessageShape<I>, caller: Caller) => Promise<MessageShape<O>>,
    json: (message: MessageShape<O>) => unknown,
  ): GatewayRoute =>
  async (request, caller) => {
    const message = await call(await read(input, request, caller), caller)
    if (wantsProtobuf(request)) {
      caller.answer.set("content-type", protobuf)
      return new Response(toBinary(output, message), { headers: caller.answer })
    }
    return jsonResponse(json(message), 200, caller.answer)
  }

  const stream = <I extends DescMessage>(
    input: I,
    topics: (message: MessageShape<I>) => readonly string[],
  ): GatewayRoute =>
  async (request, caller) => {
    const message = await read(input, request, caller)
    const subscription = await api.subscribe(topics(message), caller)
    caller.answer.set("content-type", "application/json")
    caller.answer.set("Grpc-Metadata-Subscribed", "true")
    const lines = ndjson(subscription, lineOf, options.heartbeatMs, caller.holdsHeaders)
    return new Response(lines, { headers: caller.answer })
  }

  const made = new WeakMap<Envelope, Uint8Array>()
  /** Made once, however many subscribers it is for. */
  function lineOf(envelope: Envelope): Uint8Array {
    let known = made.get(envelope)
    if (!known) made.set(envelope, known = line({ result: envelopeJson(envelope) }))
    return known
  }

  const guard = (route: GatewayRoute, stream: boolean): GatewayRoute => async (request, caller) => {
    try {
      return await route(request, caller)
    } catch (error) {
      return errorResponse(asRefusal(error), caller.answer, stream)
    }
  }

  return new Map([
    [
      "/message/v1/publish",
      guard(
        unary(PublishRequestSchema, PublishResponseSchema, api.publish, () => ({})),
        false,
      ),
    ],
    [
      "/message/v1/query",
      guard(unary(QueryRequestSchema, QueryResponseSchema, api.query, queryResponseJson), false),
    ],
    [
      "/message/v1/batch-query",
      guard(
        unary(
          BatchQueryRequestSchema,
          BatchQueryResponseSchema,
          api.batchQuery,
          batchQueryResponseJson,
        ),
        false,
      ),
    ],
    [
      "/message/v1/subscribe",
      guard(stream(SubscribeRequestSchema, ({ contentTopics }) => contentTopics), true),
    ],
    ["/message/v1/subscribe-all", guard(stream(SubscribeAllRequestSchema, () => ["*"]), true)],
  ])
}

export function jsonResponse(value: unknown, status: number, headers = new Headers()): Response {
  headers.set("content-type", "application/json")
  return new Response(JSON.stringify(value), { status, headers })
}

export function errorResponse(
  error: ConnectError,
  headers = new Headers(),
  stream = false,
): Response {
  if (error.code === Code.Unauthenticated) {
    headers.set("WWW-Authenticate", error.rawMessage.replace(/[^\x20-\x7e]/g, "?"))
  }
  const body = errorJson(error)
  return jsonResponse(stream ? { error: body } : body, httpStatusOf(error.code), headers)
}

/** JSON whatever the content type says, because official clients send text/plain; protobuf only by its exact name. */
async function readMessage<I extends DescMessage>(
  schema: I,
  request: Request,
  limits: Limits,
): Promise<MessageShape<I>> {
  const bytes = await readBody(request, limits)
  try {
    if (request.headers.get("content-type") === protobuf) return fromBinary(schema, bytes)
    if (bytes.length === 0) return create(schema)
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return fromJson(schema, parseJson(text), { ignoreUnknownFields: true })
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

function wantsProtobuf(request: Request): boolean {
  return request.headers.get("content-type") === protobuf &&
    request.headers.get("accept") !== "application/json"
}

/**
 * One JSON object per line. Its client parses every line, so that a heartbeat is an empty result and
 * never an empty line.
 */
function ndjson(
  subscription: Subscription,
  lineOf: (envelope: Envelope) => Uint8Array,
  heartbeatMs: number,
  atOnce: boolean,
): ReadableStream<Uint8Array> {
  const envelopes = subscription[Symbol.asyncIterator]()
  let heartbeat: ReturnType<typeof setInterval> | undefined
  return new ReadableStream({
    start(controller) {
      if (atOnce) controller.enqueue(line({ result: {} }))
      heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(line({ result: {} }))
      }, heartbeatMs)
    },
    async pull(controller) {
      try {
        const { done, value } = await envelopes.next()
        if (!done) return controller.enqueue(lineOf(value))
      } catch (error) {
        controller.enqueue(line({ error: errorJson(asRefusal(error)) }))
      }
      clearInterval(heartbeat)
      controller.close()
    },
    cancel() {
      clearInterval(heartbeat)
      subscription.close()
    },
  })
}

function line(value: unknown): Uint8Array {
  return utf8.encode(JSON.stringify(value) + "\n")
}
