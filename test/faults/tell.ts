import type { ProcessingGuarantee } from 'millrace'
import type { Planned } from './arguments'
import type { Fault } from './faults/fault'
import { CATCH_UP_WITHIN_S, overload, type RunResult } from './run'

/** What became of one fault under one guarantee: a result, or why there is none. */
export interface Report {
  readonly fault: Fault
  readonly guarantee: ProcessingGuarantee
  readonly seconds: number
  readonly result?: RunResult
  /** Why it cannot be tried on this machine. */
  readonly notRun?: string
  /** What kept it from being carried out. */
  readonly error?: string
}

const SHOWN = 10

export function announced({ fault, guarantee }: Planned): string {
  return `\n${fault.number}. ${fault.title} (${guarantee})`
}

export function told({ seconds, result, notRun, error }: Report): string {
  if (notRun !== undefined) return `   NOT RUN: ${notRun}`
  if (result === undefined) return `   NOT CARRIED OUT, after ${seconds.toFixed(0)} s: ${error}`
  const { strikes, figures, caughtUpSeconds, violations } = result
  const { acknowledged, failed, unknown, commands, effects, poison, deadLetters, storeCopies, damagedCopies } = figures
  const more = violations.length - SHOWN
  return [
    ...strikes.map(({ what, inFlight }) => `   ${what}${inFlight === undefined ? '' : `, with ${inFlight} in flight`}`),
    `   sent: ${acknowledged} ok, ${failed} failed, ${unknown} unknown; in the input: ${commands} commands, ${poison} poison; effects: ${effects}; dead letters: ${deadLetters}`,
    `   store copies checked: ${storeCopies} (${damagedCopies} damaged); caught up ${inWords(caughtUpSeconds)} after the healing${slowBy(caughtUpSeconds)}`,
    ...violations.slice(0, SHOWN).map(({ check, what }) => `   ${check}: ${what}`),
    ...(more > 0 ? [`   and ${more} more`] : []),
    `   ${violations.length === 0 ? 'ok' : `${violations.length} VIOLATIONS`}, ${seconds.toFixed(0)} s`,
  ].join('\n')
}

function slowBy(seconds: number | undefined): string {
  const others = overload()
  if (others === undefined || (seconds !== undefined && seconds <= CATCH_UP_WITHIN_S)) return ''
  return `, which is too late, but not counted under ${others}`
}

const inWords = (seconds: number | undefined) => (seconds === undefined ? 'not at all' : `${seconds.toFixed(1)} s`)

const HEAD = ['#', 'fault', 'guarantee', 'strikes', 'least in flight', 'acknowledged', 'commands', 'effects']

/** The table of docs/reliability.md. */
export function table(reports: readonly Report[], seed: number): string {
  const rows = reports.map(({ fault, guarantee, result, notRun }) => {
    const start = [fault.number, fault.title, guarantee]
    if (result === undefined)
      return [...start, notRun === undefined ? 'not carried out' : 'not run', ...Array(7).fill('')]
    const { strikes, figures, caughtUpSeconds, violations } = result
    const { acknowledged, commands, effects, deadLetters } = figures
    const work = strikes.flatMap(({ inFlight }) => inFlight ?? [])
    return [
      ...start,
      work.length,
      Math.min(...work),
      acknowledged,
      commands,
      effects,
      deadLetters,
      caughtUpSeconds?.toFixed(1) ?? 'never',
      violations.length,
    ]
  })
  const lines = [[...HEAD, 'dead letters', 'caught up, s', 'violations'], Array(11).fill('---'), ...rows]
  return `\nseed ${seed}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
}

/** One line for people and for what counts the steps of a run; the named faults must have been run. */
export function summary(reports: readonly Report[], named: boolean) {
  const passed = reports.filter(({ result }) => result?.violations.length === 0).length
  const skipped = named ? 0 : reports.filter(({ notRun }) => notRun !== undefined).length
  const failed = reports.length - passed - skipped
  const line = `faults: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  return { line, passed, skipped, failed }
}

export interface Totals {
  readonly seed: number
  readonly seconds: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export function asJson(reports: readonly Report[], totals: Totals): string {
  const results = reports.map(({ fault: { number, name, title }, ...rest }) => ({ number, name, title, ...rest }))
  return JSON.stringify({ ...totals, results }, undefined, 2)
}
