/**
 * Functions that read and write records, generated: an object of the final shape, made at once, is what makes decoding
 * fast, and no closure over a list of names can do that. Names go in as string literals only, never as code; whatever a
 * schema says, nothing but reads, writes and a literal come out.
 */
import type { Read } from './cursor'
import type { Sink, Write } from './sink'

export interface RecordStep {
  /** Absent where the reader has no such field: what is read is dropped. */
  readonly name?: string
  readonly read: Read
}

export interface RecordReading {
  /** In the order of the bytes. */
  readonly steps: readonly RecordStep[]
  /** What the bytes lack. */
  readonly defaults: readonly { readonly name: string; readonly read: Read }[]
  /** The members of the object, in their order. */
  readonly names: readonly string[]
}

export function recordReader({ steps, defaults, names }: RecordReading): Read {
  const all = [...steps, ...defaults]
  const lines = all.map(({ name }, index) =>
    name === undefined ? `r${index}(cursor)` : `const v${index} = r${index}(cursor)`,
  )
  const places = new Map(all.map(({ name }, index) => [name, `v${index}`]))
  // A computed name, since a literal `__proto__` would set the prototype.
  const members = names.map((name) => `[${JSON.stringify(name)}]: ${places.get(name)}`)
  return generate(
    all.map(({ read }) => read),
    'r',
    `(cursor) => {\n${lines.join('\n')}\nreturn { ${members.join(', ')} }\n}`,
  ) as Read
}

export interface FieldWriting {
  readonly name: string
  readonly write: Write
}

/** @param refuse is called with what is no object */
export function recordWriter(fields: readonly FieldWriting[], refuse: (value: unknown) => never): Write {
  const lines = fields.map(({ name }, index) => `f${index + 1}(${member(name)}, sink)`)
  const check = "if (typeof value !== 'object' || value === null || Array.isArray(value)) f0(value)"
  return generate(
    [refuse, ...fields.map(({ write }) => write)],
    'f',
    `(value, sink) => {\n${check}\n${lines.join('\n')}\n}`,
  ) as (value: unknown, sink: Sink) => void
}

/** What every object inherits is no field. */
function member(name: string): string {
  const key = JSON.stringify(name)
  return name in Object.prototype ? `(Object.hasOwn(value, ${key}) ? value[${key}] : undefined)` : `value[${key}]`
}

function generate(functions: readonly unknown[], letter: string, code: string): unknown {
  const names = functions.map((_, index) => `${letter}${index}`)
  return new Function('functions', `'use strict'\nconst [${names.join(', ')}] = functions\nreturn ${code}`)(functions)
}
