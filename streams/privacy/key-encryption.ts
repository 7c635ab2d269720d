/** Key-encryption keys that this process holds itself: from the environment or a file. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { messageOf, TerminalError } from '../errors'
import { decrypt, encrypt, type RandomBytes } from './cipher'
import type { KeyEncryption } from './port'

const keySize = 32

/** A key-encryption key: 32 bytes, and a name that says which it is. */
export interface LocalKey {
  readonly id: string
  readonly key: Buffer
}

/**
 * Wraps with the first key, and unwraps with all: to rotate, put a new one in front and call `rewrap`.
 * @throws TerminalError CONFIG_INVALID
 */
export function localKeyEncryption(keys: readonly LocalKey[], random: RandomBytes = randomBytes): KeyEncryption {
  const byId = new Map(keys.map(({ id, key }) => [id, key]))
  const [first] = keys
  if (first === undefined || byId.size < keys.length) throw invalid('the keys need at least one key, and a name each')
  const wrong = keys.find(({ key }) => key.length !== keySize)
  if (wrong) throw invalid(`the key ${wrong.id} has ${wrong.key.length} bytes, not ${keySize}`)
  return Object.freeze({
    current: first.id,
    wrap: (plain: Buffer, context: string) => encrypt({ key: first.key, plain, context, random }),
    unwrap: (kek: string, wrapped: Buffer, context: string) => {
      const key = byId.get(kek)
      if (!key) throw invalid(`a data key is wrapped with the key ${kek}, which is not among ${[...byId.keys()]}`)
      try {
        return decrypt(key, wrapped, context)
      } catch (cause) {
        throw invalid(`a data key cannot be unwrapped with the key ${kek}: it is another key of that name`, cause)
      }
    },
  })
}

/**
 * Reads keys from a text such as `2026:<base64>,2025:<base64>`, the current one first; `what` is the variable or file it
 * comes from. Make one with `openssl rand -base64 32`. @throws TerminalError CONFIG_INVALID; no key appears in the message
 */
export function keyEncryptionFromText(text: string, what: string): KeyEncryption {
  const parts = text.split(/[,\s]+/).filter((part) => part !== '')
  const keys = parts.map((part) => {
    const [, id, encoded] = /^([\w.-]{1,64}):([A-Za-z0-9+/_=-]+)$/.exec(part) ?? []
    if (id === undefined || encoded === undefined) throw invalid(`${what} must be <name>:<32 bytes in base64>, …`)
    return { id, key: Buffer.from(encoded, 'base64') }
  })
  try {
    return localKeyEncryption(keys)
  } catch (cause) {
    throw invalid(`${what}: ${messageOf(cause)}`)
  }
}

/** As `keyEncryptionFromText`, one key a line. @throws TerminalError CONFIG_INVALID */
export function keyEncryptionFromFile(path: string): KeyEncryption {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw invalid(`the file of keys ${path} cannot be read: ${messageOf(cause)}`, cause)
  }
  return keyEncryptionFromText(text, path)
}

function invalid(message: string, cause?: unknown): TerminalError {
  return new TerminalError('CONFIG_INVALID', message, { cause })
}
