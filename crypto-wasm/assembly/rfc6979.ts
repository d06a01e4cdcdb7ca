// The nonce of a signature from key and digest alone (RFC 6979 §3.2), with HMAC-SHA-256.
import { hmac, setHmacKey } from "./hmac"
import { keyFromBytes } from "./scalar"
import { wipe } from "./memory"

const K = memory.data(32, 16)
/** V, then a byte, the key and the digest, as steps d and f give them to HMAC. */
const V = memory.data(112, 16)

/** Steps a to g: `digest` is the hash reduced modulo n (bits2octets), and both are 32 bytes. */
export function startNonces(key: usize, digest: usize): void {
  memory.fill(V, 1, 32)
  memory.fill(K, 0, 32)
  memory.copy(V + 33, key, 32)
  memory.copy(V + 65, digest, 32)
  update(0, 97)
  update(1, 97)
}

/** Step h: the next nonce in [1, n), as a scalar. The first candidate is nearly always one. */
export function nextNonce(k: usize): void {
  for (;;) {
    hmac(V, 32, V)
    if (keyFromBytes(k, V)) return
    refuseNonce()
  }
}

/** To be called when a nonce will not do, before the next one is asked for. */
export function refuseNonce(): void {
  update(0, 33)
}

/** K = HMAC(K, V | byte | ...), V = HMAC(K, V). */
function update(byte: u8, length: usize): void {
  store<u8>(V + 32, byte)
  setHmacKey(K, 32)
  hmac(V, length, K)
  setHmacKey(K, 32)
  hmac(V, 32, V)
}

export function wipeRfc6979(): void {
  wipe(K, 32)
  wipe(V, 112)
}
