// What making and opening an account takes of the SDK, in one chunk that is fetched when it is needed.
export { Client, http, privateKeySigner } from "@wafer/sdk"
export { localKeystore } from "@wafer/sdk/local-keystore"
