import { create, type DescFile, type DescService, toBinary } from "@bufbuild/protobuf"
import { nestedTypes } from "@bufbuild/protobuf/reflect"
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt"
import { Code } from "@connectrpc/connect"
import {
  ErrorResponseSchema,
  FileDescriptorResponseSchema,
  ListServiceResponseSchema,
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "@wafer/proto/node"
import type { Routes } from "./handlers.ts"

type Answer = ServerReflectionResponse["messageResponse"]

/** gRPC's reflection service: tools list and call the services without their .proto files. */
export function reflectionRoutes(services: readonly DescService[]): Routes {
  const files = new Map<string, DescFile>()
  const symbols = new Map<string, DescFile>()
  for (const { file } of services) addFile(file)

  function addFile(file: DescFile): void {
    if (files.has(file.proto.name)) return
    files.set(file.proto.name, file)
    for (const type of nestedTypes(file)) {
      symbols.set(type.typeName, file)
      if (type.kind !== "service") continue
      for (const { name } of type.methods) symbols.set(`${type.typeName}.${name}`, file)
    }
    file.dependencies.forEach(addFile)
  }

  function answer({ messageRequest: request }: ServerReflectionRequest): Answer {
    switch (request.case) {
      case "listServices": {
        const service = services.map(({ typeName }) => ({ name: typeName }))
        const value = create(ListServiceResponseSchema, { service })
        return { case: "listServicesResponse", value }
      }
      case "fileByFilename":
        return descriptorOf(files.get(request.value), request.value)
      case "fileContainingSymbol":
        return descriptorOf(symbols.get(request.value), request.value)
      default:
        return notFound("extensions are not used here")
    }
  }

  return (router) => {
    router.service(ServerReflection, {
      async *serverReflectionInfo(requests) {
        for await (const request of requests) {
          yield create(ServerReflectionResponseSchema, {
            validHost: request.host,
            originalRequest: request,
            messageResponse: answer(request),
          })
        }
      },
    })
  }
}

/** The file and all that it imports, which tools need to understand it. */
function descriptorOf(file: DescFile | undefined, name: string): Answer {
  if (!file) return notFound(`${name} is not served here`)
  const all = new Set<DescFile>()
  const collect = (one: DescFile): void => {
    if (all.has(one)) return
    all.add(one)
    one.dependencies.forEach(collect)
  }
  collect(file)
  const value = create(FileDescriptorResponseSchema, {
    fileDescriptorProto: [...all].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto)),
  })
  return { case: "fileDescriptorResponse", value }
}

function notFound(errorMessage: string): Answer {
  const value = create(ErrorResponseSchema, { errorCode: Code.NotFound, errorMessage })
  return { case: "errorResponse", value }
}
