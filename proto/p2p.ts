/**
 * What Wafer nodes say to each other beside gossip: known peers, reconciliation, bodies by id; and
 * what Waku tools ask them.
 *
 * @module
 */
export * from "./gen/wafer/p2p/v1/p2p_pb.ts"
export * from "./gen/wafer/p2p/v1/waku_store_pb.ts"
