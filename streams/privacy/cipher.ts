/** AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits in front and the tag of 128 bits behind. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { nonceSize, tagSize } from '../serdes/encryption/sealed'

const algorithm = 'aes-256-gcm'

export type RandomBytes = (size: number) => Buffer

export interface Plain {
  readonly key: Buffer
  readonly plain: Buffer
  /** What opening must say again; it is not part of the result. */
  readonly context: string
  readonly random: RandomBytes
}

export function encrypt({ key, plain, context, random }: Plain): Buffer {
  const nonce = random(nonceSize)
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context, 'utf8'))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Throws when the bytes were changed, or sealed with another key or context. */
export function decrypt(key: Buffer, bytes: Buffer, context: string): Buffer {
  const end = bytes.length - tagSize
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceSize), { authTagLength: tagSize })
  decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(bytes.subarray(end))
  return Buffer.concat([decipher.update(bytes.subarray(nonceSize, end)), decipher.final()])
}
