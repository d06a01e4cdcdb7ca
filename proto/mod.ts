/**
 * The wire of XMTP V1 and V2: message contents, the message API and what the official keystore
 * writes to disk. Names and numbers are the wire; `docs/protocol.md` says what they mean.
 *
 * @module
 */
export * from "./gen/message_api/v1/authn_pb.ts"
export * from "./gen/message_api/v1/message_api_pb.ts"
export * from "./gen/message_contents/ciphertext_pb.ts"
export * from "./gen/message_contents/contact_pb.ts"
export * from "./gen/message_contents/content_pb.ts"
export * from "./gen/message_contents/conversation_reference_pb.ts"
export * from "./gen/message_contents/ecies_pb.ts"
export * from "./gen/message_contents/invitation_pb.ts"
export * from "./gen/message_contents/message_pb.ts"
export * from "./gen/message_contents/private_key_pb.ts"
export * from "./gen/message_contents/private_preferences_pb.ts"
export * from "./gen/message_contents/public_key_pb.ts"
export * from "./gen/message_contents/signature_pb.ts"
export * from "./gen/keystore_api/v1/keystore_pb.ts"
