/** What is different between two versions of a schema, field by field, and which levels a change breaks. */
import { type AvroType, branchName, type RecordField, simpleName } from '../avro/schema'
import { type CompatibilityLevel, compatibilityLevels, levelViolations } from '../levels'
import { explain, type Reason } from './explain'

export interface Change {
  readonly kind: 'added' | 'removed' | 'changed'
  /** For example `OrderCreated.items[].price`. */
  readonly path: string
  /** For people. */
  readonly message: string
  /** `BACKWARD`: the new version cannot read data of the old one; `FORWARD`: the other way round. */
  readonly breaks: readonly Broken[]
}

export interface Broken {
  readonly direction: 'BACKWARD' | 'FORWARD'
  readonly rule: string
  readonly message: string
}

export interface SchemaDiff {
  readonly changes: readonly Change[]
  /** The levels at which the new version may follow the old one. */
  readonly allowed: readonly CompatibilityLevel[]
}

export function diffSchemas(before: AvroType, after: AvroType): SchemaDiff {
  const plain = differences(before, after, '', new Set())
  const backward = explain(after, before)
  const forward = explain(before, after)
  const broken = [...backward.map(asBroken('BACKWARD')), ...forward.map(asBroken('FORWARD'))]
  const told = new Set<string>()
  // Of several changes in one place, the first has the reasons.
  const changes = plain.map((change) => {
    const breaks = told.has(change.path) ? [] : broken.filter(({ path }) => path === change.path)
    told.add(change.path)
    return { ...change, breaks }
  })
  const others = broken
    .filter(({ path }) => !told.has(path))
    .map((one): Change => ({ kind: 'changed', path: one.path, message: 'no longer fits', breaks: [one] }))
  const allowed = compatibilityLevels.filter((level) => levelViolations(level, after, [before]).length === 0)
  return { changes: [...changes, ...others].map(withoutPaths), allowed }
}

type Located = Broken & { readonly path: string }

function asBroken(direction: Broken['direction']): (reason: Reason) => Located {
  return ({ rule, message, path }) => ({ direction, rule, message, path })
}

function withoutPaths(change: Change): Change {
  return { ...change, breaks: change.breaks.map(({ direction, rule, message }) => ({ direction, rule, message })) }
}

type Plain = Omit<Change, 'breaks'>

/** @param seen pairs of types that are being compared further out: a recursive schema is compared once */
function differences(before: AvroType, after: AvroType, path: string, seen: Set<string>): readonly Plain[] {
  const changed = (message: string): Plain => ({ kind: 'changed', path: path || nameFor(after), message })
  if (before.kind === 'union' || after.kind === 'union') return unionDifferences(before, after, path, seen)
  if (before.kind !== after.kind) return [changed(`${describe(before)} became ${describe(after)}`)]
  const own = describe(before) === describe(after) ? [] : [changed(`${describe(before)} became ${describe(after)}`)]
  if (before.kind === 'array' && after.kind === 'array')
    return [...own, ...differences(before.items, after.items, `${path}[]`, seen)]
  if (before.kind === 'map' && after.kind === 'map')
    return [...own, ...differences(before.values, after.values, `${path}{}`, seen)]
  if (before.kind === 'enum' && after.kind === 'enum') {
    const added = after.symbols.filter((symbol) => !before.symbols.includes(symbol))
    const removed = before.symbols.filter((symbol) => !after.symbols.includes(symbol))
    return [
      ...own,
      ...added.map((symbol) => changed(`symbol ${symbol} added`)),
      ...removed.map((symbol) => changed(`symbol ${symbol} removed`)),
      ...(before.default === after.default
        ? []
        : [changed(`default symbol ${before.default ?? '(none)'} became ${after.default ?? '(none)'}`)]),
    ]
  }
  if (before.kind !== 'record' || after.kind !== 'record') return own
  const pair = `${before.name} ${after.name}`
  if (seen.has(pair)) return own
  seen.add(pair)
  const within = path || simpleName(after.name)
  const kept = after.fields.map((field) => [counterpart(field, before.fields), field] as const)
  const gone = before.fields.filter((field) => !kept.some(([old]) => old === field))
  return [
    ...own,
    ...kept.flatMap(([old, field]) => fieldDifferences(old, field, `${within}.${field.name}`, seen)),
    ...gone.map(
      ({ name, type }): Plain => ({
        kind: 'removed',
        path: `${within}.${name}`,
        message: `${describe(type)} removed`,
      }),
    ),
  ]
}

function counterpart(field: RecordField, others: readonly RecordField[]): RecordField | undefined {
  return others.find(({ name }) => name === field.name) ?? others.find(({ name }) => field.aliases.includes(name))
}

function fieldDifferences(
  before: RecordField | undefined,
  after: RecordField,
  path: string,
  seen: Set<string>,
): readonly Plain[] {
  const said = after.default ? `, default ${JSON.stringify(after.default.json)}` : ', without a default'
  if (before === undefined) return [{ kind: 'added', path, message: `${describe(after.type)} added${said}` }]
  const changed = (message: string): Plain => ({ kind: 'changed', path, message })
  const [old, now] = [before.default, after.default].map((one) => (one ? JSON.stringify(one.json) : '(none)'))
  return [
    ...(before.name === after.name ? [] : [changed(`was ${before.name}`)]),
    ...differences(before.type, after.type, path, seen),
    ...(old === now ? [] : [changed(`default ${old} became ${now}`)]),
  ]
}

function unionDifferences(before: AvroType, after: AvroType, path: string, seen: Set<string>): readonly Plain[] {
  const [old, now] = [before, after].map((type) => (type.kind === 'union' ? type.branches : [type]))
  const same = (one: AvroType, other: AvroType) => branchName(one) === branchName(other)
  const at = (branch: AvroType) => path || nameFor(branch)
  return [
    ...now!.flatMap((branch): readonly Plain[] => {
      const match = old!.find((one) => same(one, branch))
      if (match) return differences(match, branch, path, seen)
      return [
        { kind: path === '' ? 'added' : 'changed', path: at(branch), message: `branch ${describe(branch)} added` },
      ]
    }),
    ...old!
      .filter((branch) => !now!.some((one) => same(one, branch)))
      .map(
        (branch): Plain => ({
          kind: path === '' ? 'removed' : 'changed',
          path: at(branch),
          message: `branch ${describe(branch)} removed`,
        }),
      ),
  ]
}

function nameFor(type: AvroType): string {
  return simpleName(branchName(type))
}

/** A type in a few words: what a reader of the file would say it is. */
function describe(type: AvroType): string {
  if (type.kind === 'union') return `[${type.branches.map(describe).join(', ')}]`
  const logical = 'logical' in type ? type.logical : undefined
  const said =
    logical && ('precision' in logical ? `${logical.name}(${logical.precision}, ${logical.scale})` : logical.name)
  const size = type.kind === 'fixed' ? ` of ${type.size} bytes` : ''
  if ('name' in type) return `${type.kind} ${type.name}${size}${said ? ` as ${said}` : ''}`
  return said ? `${type.kind} as ${said}` : type.kind
}

const marks = { added: '+', removed: '-', changed: '~' } as const

/** One line per change, and one for each level that it breaks. */
export function diffText({ changes, allowed }: SchemaDiff): string {
  if (changes.length === 0) return 'no change that a reader or writer would notice\n'
  const lines = changes.flatMap(({ kind, path, message, breaks }) => [
    `${marks[kind]} ${path}: ${message}`,
    ...breaks.map(({ direction, rule, message: why }) => `    breaks ${direction}: ${rule}: ${why}`),
  ])
  return `${lines.join('\n')}\nallowed at: ${allowed.join(', ')}\n`
}
