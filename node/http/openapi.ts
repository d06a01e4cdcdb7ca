import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf"
import {
  BatchQueryRequestSchema,
  BatchQueryResponseSchema,
  EnvelopeSchema,
  PublishRequestSchema,
  PublishResponseSchema,
  QueryRequestSchema,
  QueryResponseSchema,
  SubscribeAllRequestSchema,
  SubscribeRequestSchema,
} from "@wafer/proto"
import { version } from "../node-api.ts"

type Json = Record<string, unknown>

interface Method {
  readonly path: string
  readonly says: string
  readonly input: DescMessage
  readonly output: DescMessage
  readonly stream?: boolean
  readonly token?: boolean
}

const methods: readonly Method[] = [
  {
    path: "/message/v1/publish",
    says: "Stores envelopes and shows them to subscribers. An answer means: on disk.",
    input: PublishRequestSchema,
    output: PublishResponseSchema,
    token: true,
  },
  {
    path: "/message/v1/query",
    says: "One page of what is stored, newest first unless asked otherwise.",
    input: QueryRequestSchema,
    output: QueryResponseSchema,
  },
  {
    path: "/message/v1/batch-query",
    says: "Up to 50 pages, in the order of the queries.",
    input: BatchQueryRequestSchema,
    output: BatchQueryResponseSchema,
  },
  {
    path: "/message/v1/subscribe",
    says: "What is published to these topics from now on, one JSON object a line.",
    input: SubscribeRequestSchema,
    output: EnvelopeSchema,
    stream: true,
  },
  {
    path: "/message/v1/subscribe-all",
    says: "What is published to every topic under /xmtp/0/ from now on.",
    input: SubscribeAllRequestSchema,
    output: EnvelopeSchema,
    stream: true,
  },
]

/** The JSON gateway as an OpenAPI 3.1 document, made from the messages themselves. */
export function openApi(): Json {
  const schemas: Record<string, Json> = { Error: errorSchema }
  const reference = (message: DescMessage): Json => {
    if (!(message.name in schemas)) {
      // Named before its fields are, for messages that contain themselves.
      schemas[message.name] = {}
      schemas[message.name] = {
        type: "object",
        properties: Object.fromEntries(
          message.fields.map((field) => [field.jsonName, fieldSchema(field, reference)]),
        ),
      }
    }
    return { $ref: `#/components/schemas/${message.name}` }
  }
  const paths = Object.fromEntries(methods.map((method) => [method.path, {
    post: {
      summary: method.says,
      ...(method.token && { security: [{ token: [] }] }),
      requestBody: { content: { "application/json": { schema: reference(method.input) } } },
      responses: {
        200: {
          description: method.stream ? "Lines of JSON; an empty result is a heartbeat." : "Done.",
          content: {
            "application/json": {
              schema: method.stream
                ? { type: "object", properties: { result: reference(method.output) } }
                : reference(method.output),
            },
          },
        },
        default: {
          description: "Refused. Code 8 comes with Retry-After.",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
    },
  }]))
  return {
    openapi: "3.1.0",
    info: { title: "Wafer node", version, description: "The JSON gateway of XMTP V1." },
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "xmtp.message_api.v1.Token in base64, made by the client, valid for an hour.",
        },
      },
    },
  }
}

const errorSchema: Json = {
  type: "object",
  properties: {
    code: { type: "integer", description: "A code of gRPC" },
    message: { type: "string" },
    details: { type: "array", items: { type: "object" } },
  },
}

function fieldSchema(field: DescField, reference: (message: DescMessage) => Json): Json {
  switch (field.fieldKind) {
    case "message":
      return reference(field.message)
    case "enum":
      return { type: "string", enum: field.enum.values.map(({ name }) => name) }
    case "scalar":
      return scalarSchema(field.scalar)
    case "list":
      return {
        type: "array",
        items: field.listKind === "message"
          ? reference(field.message)
          : field.listKind === "scalar"
          ? scalarSchema(field.scalar)
          : { type: "string" },
      }
    case "map":
      return { type: "object" }
  }
}

function scalarSchema(type: ScalarType): Json {
  switch (type) {
    case ScalarType.STRING:
      return { type: "string" }
    case ScalarType.BYTES:
      return { type: "string", contentEncoding: "base64" }
    case ScalarType.BOOL:
      return { type: "boolean" }
    case ScalarType.UINT64:
    case ScalarType.INT64:
      return { type: "string", pattern: "^-?[0-9]+$" }
    default:
      return { type: "integer" }
  }
}
