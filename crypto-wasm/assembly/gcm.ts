// AES-256-GCM with a 96-bit nonce and a 128-bit tag (SP 800-38D §7).
//
// The data lies behind the AAD, on the next multiple of 16, and has 32 bytes of room behind it: the
// AAD, the ciphertext and their lengths then are one run of blocks, which is what GHASH reads.
import { KEYSTREAM, keystream, MOST_BLOCKS, setKey, setNonce, wipeAes } from "./aes"
import { ghash, wipeGhash } from "./ghash"
import { wipe } from "./memory"
import { xor } from "./vector"

const TAG_MASK = memory.data(16, 16)

// @ts-ignore: decorator
@inline
function wholeBlocks(length: usize): usize {
  return (length + 15) & ~15
}

/** Encrypts the data where it lies and writes the tag behind it. */
export function encrypt(
  key: usize,
  nonce: usize,
  aad: usize,
  aadLength: usize,
  length: usize,
): void {
  const data = aad + wholeBlocks(aadLength)
  const h = start(key, nonce, length)
  counterMode(data, length)
  v128.store(data + length, tag(h, aad, aadLength, length))
  wipeGcm()
}

/** Decrypts the data where it lies if the tag behind it is right; returns whether it is. */
export function decrypt(
  key: usize,
  nonce: usize,
  aad: usize,
  aadLength: usize,
  length: usize,
): bool {
  const data = aad + wholeBlocks(aadLength)
  const h = start(key, nonce, length)
  const claimed = v128.load(data + length)
  const authentic = !v128.any_true(xor(claimed, tag(h, aad, aadLength, length)))
  if (authentic) counterMode(data, length)
  wipeGcm()
  return authentic
}

/** What stands before the keystream of the data: the hash key and E(J0), the mask of the tag. */
const BEFORE_STREAM: usize = 32

/** Returns the hash key. Leaves E(J0) in TAG_MASK and, in KEYSTREAM, what the data needs or its beginning. */
function start(key: usize, nonce: usize, length: usize): v128 {
  setKey(key)
  setNonce(nonce)
  keystream(0, blocksFor(BEFORE_STREAM + length))
  v128.store(TAG_MASK, v128.load(KEYSTREAM, 16))
  return v128.load(KEYSTREAM)
}

/** How many blocks of keystream to make at once for so many bytes. */
// @ts-ignore: decorator
@inline
function blocksFor(length: usize): usize {
  return min<usize>(MOST_BLOCKS, wholeBlocks(length) >>> 4)
}

/** Whole blocks are turned, also the last: what comes to lie behind the data is overwritten. */
function counterMode(data: usize, length: usize): void {
  const end = data + wholeBlocks(length)
  let blocks = blocksFor(BEFORE_STREAM + length)
  let stream = KEYSTREAM + BEFORE_STREAM
  let counter: u32 = 0
  while (true) {
    for (const streamEnd = KEYSTREAM + 16 * blocks; stream < streamEnd; stream += 16) {
      v128.store(data, xor(v128.load(data), v128.load(stream)))
      data += 16
    }
    if (data == end) break
    counter += <u32>blocks
    blocks = blocksFor(end - data)
    keystream(counter, blocks)
    stream = KEYSTREAM
  }
}

/** Overwrites the 32 bytes behind the data. */
function tag(h: v128, aad: usize, aadLength: usize, length: usize): v128 {
  const data = aad + wholeBlocks(aadLength)
  const lengths = data + wholeBlocks(length)
  memory.fill(aad + aadLength, 0, data - aad - aadLength)
  memory.fill(data + length, 0, lengths - data - length)
  store<u64>(lengths, bswap<u64>(<u64>aadLength << 3), 0)
  store<u64>(lengths, bswap<u64>(<u64>length << 3), 8)
  return xor(ghash(h, aad, (lengths + 16 - aad) >>> 4), v128.load(TAG_MASK))
}

function wipeGcm(): void {
  wipeAes()
  wipeGhash()
  wipe(TAG_MASK, 16)
}
