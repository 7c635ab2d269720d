import { byBytes, type Step } from '../steps'

export interface ForeignKeyModelOptions {
  /** Left rows without a right one have a result. */
  readonly left: boolean
  readonly foreignKey: (value: number) => string | null
}

/** A result; null: it is deleted. */
export interface Result {
  readonly key: string
  readonly value: string | null
  /** ms */
  readonly timestamp: number
}

interface Row {
  readonly value: number
  readonly timestamp: number
}

/** What a join by foreign key puts out, change by change: topic 0 is the left table, topic 1 the right one. */
export function foreignKeyModel(all: readonly Step[], options: ForeignKeyModelOptions): readonly (readonly Result[])[] {
  const left = new Map<string, Row>()
  const right = new Map<string, Row>()
  return all.map(({ topic, key, value, timestamp }) => {
    if (key === null) return []
    const rows = topic === 0 ? left : right
    const before = rows.get(key)
    if (value === null) rows.delete(key)
    else rows.set(key, { value, timestamp })
    return topic === 0
      ? leftChanged({ key, before, timestamp }, { left, right }, options)
      : rightChanged({ key, timestamp }, { left, right }, options)
  })
}

interface Tables {
  readonly left: ReadonlyMap<string, Row>
  readonly right: ReadonlyMap<string, Row>
}

function leftChanged(
  { key, before, timestamp }: { readonly key: string; readonly before: Row | undefined; readonly timestamp: number },
  { left, right }: Tables,
  options: ForeignKeyModelOptions,
): readonly Result[] {
  const row = left.get(key)
  const was = before === undefined ? null : options.foreignKey(before.value)
  const is = row === undefined ? null : options.foreignKey(row.value)
  const partner = is === null ? undefined : right.get(is)
  const at = (other: Row | undefined) => Math.max(timestamp, other?.timestamp ?? 0)
  if (row !== undefined && (partner !== undefined || options.left)) {
    return [{ key, value: `${row.value}@${partner?.value ?? null}`, timestamp: at(partner) }]
  }
  // Deletions are put out where there may have been a result: the left side does not know whether there was.
  if (options.left) return before === undefined ? [] : [{ key, value: null, timestamp }]
  if (was === null || was === is) return []
  return [{ key, value: null, timestamp: at(is === null ? right.get(was) : undefined) }]
}

function rightChanged(
  { key: foreignKey, timestamp }: { readonly key: string; readonly timestamp: number },
  { left, right }: Tables,
  options: ForeignKeyModelOptions,
): readonly Result[] {
  const partner = right.get(foreignKey)
  return [...left]
    .filter(([, { value }]) => options.foreignKey(value) === foreignKey)
    .sort(([a], [b]) => byBytes(a, b))
    .map(([key, { value }]) => {
      const joined = partner !== undefined || options.left
      return { key, value: joined ? `${value}@${partner?.value ?? null}` : null, timestamp }
    })
}
