/** Whether a contract may follow the versions there have been, and which line of which file says no. */
import { join } from 'node:path'
import type { AvroType } from '../avro/schema'
import type { CompatibilityLevel } from '../levels'
import { type Contract, type Contracts, typeOf } from './contracts'
import { explain, type Reason } from './explain'
import { placesOf } from './places'

/** A version of a contract that there has been. */
export interface PastVersion {
  /** For people: `version 3 in the registry`, `main`. */
  readonly label: string
  readonly type: AvroType
}

/** Something that is wrong, and where. */
export interface Finding {
  readonly file: string
  /** From 1; absent where it is in no line. */
  readonly line?: number
  readonly subject?: string
  /** For example `OrderCreated.items[].price`. */
  readonly field?: string
  /** What has been broken: of Avro's compatibility, or a name of ours. */
  readonly rule: string
  readonly message: string
}

export interface Break extends Finding {
  readonly subject: string
  readonly level: CompatibilityLevel
  /** `BACKWARD`: it cannot read that version. `FORWARD`: that version cannot read it. */
  readonly breaks: 'BACKWARD' | 'FORWARD'
  readonly against: string
}

/**
 * What forbids a contract to follow these versions (oldest first) at its level, the latest version first.
 * @throws TerminalError SCHEMA_INVALID, naming the file
 */
export function checkContract(
  contracts: Pick<Contracts, 'directory' | 'sources'>,
  contract: Contract,
  versions: readonly PastVersion[],
  level = contract.level,
): readonly Break[] {
  const candidate = typeOf(contract)
  if (level === 'NONE') return []
  const against = level.endsWith('_TRANSITIVE') ? versions : versions.slice(-1)
  const breaks = [...against]
    .reverse()
    .flatMap((version) => [
      ...(level.startsWith('FORWARD') ? [] : found('BACKWARD', version, explain(candidate, version.type))),
      ...(level.startsWith('BACKWARD') ? [] : found('FORWARD', version, explain(version.type, candidate))),
    ])
  const locate = locator(contracts, contract)
  return once(breaks.map(({ reason, ...one }) => ({ ...one, ...locate(reason), subject: contract.subject, level })))
}

function found(breaks: Break['breaks'], version: PastVersion, reasons: readonly Reason[]) {
  return reasons.map((reason) => ({ breaks, against: version.label, reason }))
}

/** A type that stands in several places breaks each of them in the same way. */
function once(breaks: readonly Break[]): readonly Break[] {
  const seen = new Set<string>()
  return breaks.filter((one) => {
    const key = JSON.stringify([one.file, one.line, one.rule, one.breaks, one.against, one.message])
    return seen.size < seen.add(key).size
  })
}

/** In which file and line the field or type of a reason is. */
function locator(
  { directory, sources }: Pick<Contracts, 'directory' | 'sources'>,
  contract: Contract,
): (reason: Reason) => Finding {
  const own = sources.filter(({ file }) => file === contract.file)
  const places = [...own, ...sources.filter(({ file }) => file !== contract.file)].map(({ file, text }) => ({
    file,
    ...placesOf(text),
  }))
  return ({ rule, message, path, type, field }) => {
    const at = (within?: string) => {
      if (type === undefined) return undefined
      for (const { file, lineOf } of places) {
        const line = lineOf(type, within)
        if (line !== undefined) return { file, line }
      }
      return undefined
    }
    // A field that is gone has left its type.
    const { file, line } = (field === undefined ? undefined : at(field)) ?? at() ?? { file: contract.file, line: 1 }
    return { file: join(directory, file), line, field: path, rule, message }
  }
}

/** `schemas/order.avsc:12: Order.total: TYPE_MISMATCH: …` */
export function findingText(finding: Finding | Break): string {
  const { file, line, field, rule, message } = finding
  const place = [line === undefined ? file : `${file}:${line}`, ...(field ? [field] : []), rule, message].join(': ')
  if (!('breaks' in finding)) return place
  const { breaks, against, level, subject } = finding
  const who = breaks === 'BACKWARD' ? `it cannot read ${against}` : `${against} cannot read it`
  return `${place} (${who}; subject ${subject} is ${level})`
}
