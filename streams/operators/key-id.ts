import type { Windowed } from '../stores/store'

/** A text that two keys share only if they are the same key; to find keys in a Map whatever their type. */
export function keyId(key: unknown): string {
  if (typeof key === 'string') return `s${key}`
  if (isWindowed(key)) return `w${key.window.start}/${key.window.end}/${keyId(key.key)}`
  return `j${JSON.stringify(key, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))}`
}

function isWindowed(key: unknown): key is Windowed<unknown> {
  return typeof key === 'object' && key !== null && 'window' in key && 'key' in key
}
