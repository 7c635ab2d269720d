/**
 * What a sealed value looks like. In bytes: `sealed:1:`, the id of the key (16), the nonce (12), the ciphertext and its tag
 * (16) of AES-256-GCM. In a text: `sealed:1:` and the rest in base64url. So it fits every schema that the plain value
 * fits, says which key opens it, and can be found in bytes without decoding them.
 */
const marker = 'sealed:1:'
const markerBytes = Buffer.from(marker, 'latin1')

export const idSize = 16
export const nonceSize = 12
export const tagSize = 16

/** Base64 characters that hold an id; the last of them also holds bits of the nonce. */
const idCharacters = Math.ceil((idSize * 4) / 3)
const smallest = idSize + nonceSize + tagSize

/** Bytes of a sealed value as a text; the bytes have no marker. */
export function toText(sealed: Buffer): string {
  return marker + sealed.toString('base64url')
}

/** Undefined where the text is no sealed value. */
export function fromText(text: string): Buffer | undefined {
  if (!text.startsWith(marker)) return undefined
  const encoded = text.slice(marker.length)
  const sealed = Buffer.from(encoded, 'base64url')
  return sealed.length >= smallest && sealed.toString('base64url') === encoded ? sealed : undefined
}

export function toBytes(sealed: Buffer): Buffer {
  return Buffer.concat([markerBytes, sealed])
}

/** Undefined where the bytes are no sealed value. */
export function fromBytes(bytes: Buffer): Buffer | undefined {
  const isSealed =
    bytes.length >= markerBytes.length + smallest && bytes.subarray(0, markerBytes.length).equals(markerBytes)
  return isSealed ? bytes.subarray(markerBytes.length) : undefined
}

export function keyIdOf(sealed: Buffer): string {
  return sealed.toString('hex', 0, idSize)
}

/** Whether a value is sealed: a text or bytes that begin as sealed ones do. */
export function isSealed(value: unknown): boolean {
  if (typeof value === 'string') return fromText(value) !== undefined
  return Buffer.isBuffer(value) && fromBytes(value) !== undefined
}

/**
 * The ids of the keys that a record's bytes mention. What only looks like one is harmless: it is asked for in vain. Both
 * forms are tried, since the bytes do not say whether they are a text.
 */
export function keyIdsIn(bytes: Buffer, ids: Set<string>): void {
  for (let at = bytes.indexOf(markerBytes); at >= 0; at = bytes.indexOf(markerBytes, at + markerBytes.length)) {
    const start = at + markerBytes.length
    const text = bytes.toString('latin1', start, start + idCharacters)
    if (/^[\w-]{22}$/.test(text)) ids.add(Buffer.from(text, 'base64url').toString('hex', 0, idSize))
    if (start + idSize <= bytes.length) ids.add(bytes.toString('hex', start, start + idSize))
  }
}
