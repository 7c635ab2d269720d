import type { DecodeLimits } from './port'

export const defaultLimits: DecodeLimits = Object.freeze({
  maxItems: 100_000,
  maxDepth: 200,
  maxBytes: 64 * 1024 * 1024,
})
