import { uuid5 } from 'millrace'

/** The namespace of this platform's derived ids (a random UUID, fixed for ever: ids already written depend on it). */
const namespace = Buffer.from('6f1d9c5e7b3a4c0f9a52d1c8e4b7036a', 'hex')

/**
 * A UUID version 5 (RFC 9562, section 5.5) of a name made of parts: the same parts give the same id on every attempt and
 * in every process, which is what makes a repeat recognisable. Parts are joined unambiguously, so ('a', 'bc') is not ('ab', 'c').
 */
export function derivedId(...parts: readonly string[]): string {
  return uuid5(namespace, JSON.stringify(parts))
}
