import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf"
import { codeToHttpStatus, errorToJsonBytes } from "@connectrpc/connect/protocol-connect"
import {
  BatchQueryRequestSchema,
  BatchQueryResponseSchema,
  MessageApi,
  PublishRequestSchema,
  PublishResponseSchema,
  QueryRequestSchema,
  QueryResponseSchema,
} from "@wafer/proto"
import type { Api } from "../api.ts"
import { readBody } from "./body.ts"
import type { Caller } from "../access/desk.ts"
import { asRefusal, invalid, type Limits } from "../refusal.ts"

/**
 * Answers V1's unary calls in their commonest form, Connect with binary protobuf. Connect's own
 * handlers take three times as long for the same and answer every other form.
 */
export type UnaryRoute = (request: Request, caller: Caller) => Promise<Response>

/** Whether a request is in the form that these routes answer. */
export function isPlainUnary({ method, headers }: Request): boolean {
  return method === "POST" && headers.get("content-type") === "application/proto" &&
    !headers.has("content-encoding") && !headers.has("connect-timeout-ms")
}

/** The routes by path. */
export function unaryRoutes(api: Api, limits: Limits): Map<string, UnaryRoute> {
  const route = <I extends DescMessage, O extends DescMessage>(
    input: I,
    output: O,
    call: (message: MessageShape<I>, caller: Caller) => Promise<MessageShape<O>>,
  ): UnaryRoute =>
  async (request, caller) => {
    try {
      const asked = await api.reading(
        methodOf(input),
        caller,
        async () => decode(input, await readBody(request, limits)),
      )
      const message = await call(asked, caller)
      caller.answer.set("content-type", "application/proto")
      return new Response(toBinary(output, message) as BodyInit, { headers: caller.answer })
    } catch (error) {
      const refusal = asRefusal(error)
      caller.answer.set("content-type", "application/json")
      const body = errorToJsonBytes(refusal, undefined) as BodyInit
      return new Response(body, { status: codeToHttpStatus(refusal.code), headers: caller.answer })
    }
  }
  const path = (method: string): string => `/${MessageApi.typeName}/${method}`
  return new Map([
    [path("Publish"), route(PublishRequestSchema, PublishResponseSchema, api.publish)],
    [path("Query"), route(QueryRequestSchema, QueryResponseSchema, api.query)],
    [
      path("BatchQuery"),
      route(BatchQueryRequestSchema, BatchQueryResponseSchema, api.batchQuery),
    ],
  ])
}

/** The name of a method that metrics count by. */
export function methodOf({ name }: DescMessage): string {
  return name.replace(/Request$/, "")
}

function decode<I extends DescMessage>(schema: I, bytes: Uint8Array): MessageShape<I> {
  try {
    return fromBinary(schema, bytes)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}
