import type { Position } from '../readmodel/port'

/** A position as an opaque text for a URL. */
export function cursorOf({ createdAt, orderId }: Position): string {
  return Buffer.from(JSON.stringify([createdAt, orderId]), 'utf8').toString('base64url')
}

/** Undefined where the text is no cursor of ours. */
export function positionOf(cursor: string): Position | undefined {
  try {
    const [createdAt, orderId] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as readonly unknown[]
    return Number.isSafeInteger(createdAt) && typeof orderId === 'string'
      ? { createdAt: createdAt as number, orderId }
      : undefined
  } catch {
    return undefined
  }
}
