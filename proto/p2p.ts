/**
 * What Wafer nodes say to each other beside gossip: known peers, reconciliation, bodies by id.
 *
 * @module
 */
export * from "./gen/wafer/p2p/v1/p2p_pb.ts"
