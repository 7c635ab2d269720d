import { join } from 'node:path'
import type { GenerateOptions } from 'millrace'

/** Odd schemas, and how their values look. */
export const folders: readonly GenerateOptions[] = [
  { from: join(__dirname, 'plain'), to: join(__dirname, 'plain', 'generated') },
  {
    from: join(__dirname, 'bigint'),
    to: join(__dirname, 'bigint', 'generated'),
    long: 'bigint',
    logical: { 'timestamp-millis': 'date', 'timestamp-micros': 'bigint' },
  },
  { from: join(__dirname, 'wrapped'), to: join(__dirname, 'wrapped', 'generated'), unions: 'wrapped' },
]
