/**
 * Wafer's own node service: following from a cursor, publishing to several nodes, node facts.
 *
 * @module
 */
export * from "./gen/wafer/node/v1/node_pb.ts"
export * from "./gen/wafer/node/v1/store_pb.ts"
export * from "./gen/google/rpc/error_details_pb.ts"
export * from "./gen/grpc/health/v1/health_pb.ts"
export * from "./gen/grpc/reflection/v1/reflection_pb.ts"
