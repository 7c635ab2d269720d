import type { Operation } from '../load'
import type { Evidence, InputRecord } from './evidence'

export interface Violation {
  readonly check: 'L' | 'D' | 'S' | 'O' | 'Q' | 'M' | 'V'
  readonly what: string
}

export interface CheckOptions {
  readonly evidence: Evidence
  readonly operations: readonly Operation[]
  /** Nothing may be repeated, as under exactly-once. */
  readonly exact: boolean
}

const placeOf = ({ partition, offset }: { readonly partition: number; readonly offset: number }) =>
  `${partition}@${offset}`

/** Nothing acknowledged is lost: it lies in the input, and each command of the input has an effect. */
export function checkLost({ evidence, operations }: CheckOptions): readonly Violation[] {
  const input = new Map(evidence.input.flat().map((record) => [placeOf(record), record]))
  const effective = new Set(evidence.effects.flat().map(({ effect }) => placeOf(effect)))
  const absent = operations.filter(
    ({ result, place, bytes }) => result === 'ok' && !sameBytes(input.get(placeOf(place!))?.bytes, bytes),
  )
  const commands = [...input.values()].filter(({ command }) => command !== undefined)
  return [
    ...absent.map(({ n, place }) => lost(`operation ${n}, acknowledged at ${placeOf(place!)}, is not in the input`)),
    ...commands
      .filter((record) => !effective.has(placeOf(record)))
      .map((record) => lost(`command ${record.command!.n} at ${placeOf(record)} has no effect`)),
  ]
}
const lost = (what: string): Violation => ({ check: 'L', what })

/** Undefined for what is not there at all. */
function sameBytes(found: Buffer | null | undefined, wanted: Buffer | null): boolean {
  return found === null || wanted === null ? found === wanted : found?.equals(wanted) === true
}

/** Under exactly-once each command has one effect and nothing else has any; at-least-once may repeat them. */
export function checkDoubled({ evidence, exact }: CheckOptions): readonly Violation[] {
  const commands = new Set(commandsOf(evidence.input.flat()).map(placeOf))
  const seen = new Set<string>()
  const violations: Violation[] = []
  for (const { effect } of evidence.effects.flat()) {
    const place = placeOf(effect)
    if (!commands.has(place)) violations.push({ check: 'D', what: `an effect of ${place}, where no command is` })
    if (seen.has(place) && exact)
      violations.push({ check: 'D', what: `command ${effect.n} at ${place} has more than one effect` })
    seen.add(place)
  }
  return violations
}

/** Effects of a key come in the order of its commands; under exactly-once they are numbered 1, 2, 3, … */
export function checkOrder({ evidence, exact }: CheckOptions): readonly Violation[] {
  const last = new Map<string, { offset: number; count: number }>()
  const seen = new Set<string>()
  const violations: Violation[] = []
  for (const { key, effect } of evidence.effects.flat()) {
    const before = last.get(key) ?? { offset: -1, count: 0 }
    const first = !seen.has(placeOf(effect))
    seen.add(placeOf(effect))
    if (first && effect.offset <= before.offset)
      violations.push({ check: 'O', what: `${key}: offset ${effect.offset} follows ${before.offset}` })
    if (exact && effect.count !== before.count + 1)
      violations.push({
        check: 'O',
        what: `${key}: number ${effect.count} follows ${before.count} (${placeOf(effect)})`,
      })
    last.set(key, { offset: Math.max(before.offset, effect.offset), count: effect.count })
  }
  return violations
}

/** Each poison record lies in the dead letters once (at-least-once: at least once), with its key and bytes. */
export function checkBuried({ evidence, exact }: CheckOptions): readonly Violation[] {
  const violations: Violation[] = []
  const poison = new Map(
    evidence.input
      .flat()
      .filter(({ command }) => command === undefined)
      .map((record) => [placeOf(record), { record, times: 0 }]),
  )
  for (const letter of evidence.deadLetters) {
    const header = (name: string) => Number(letter.headers.find(({ key }) => key === `__streams.errors.${name}`)?.value)
    const place = placeOf({ partition: header('partition'), offset: header('offset') })
    const buried = poison.get(place)
    if (buried === undefined) {
      violations.push({ check: 'Q', what: `a dead letter of ${place}, where no poison is` })
      continue
    }
    buried.times += 1
    const { record } = buried
    if (!sameBytes(letter.value, record.bytes) || String(letter.key) !== record.key)
      violations.push({ check: 'Q', what: `the dead letter of ${place} has other bytes` })
  }
  for (const [place, { times }] of poison) {
    const right = exact ? times === 1 : times >= 1
    if (!right) violations.push({ check: 'Q', what: `poison at ${place} lies in the dead letters ${times} times` })
  }
  return violations
}

export function commandsOf(records: readonly InputRecord[]): readonly InputRecord[] {
  return records.filter(({ command }) => command !== undefined)
}
