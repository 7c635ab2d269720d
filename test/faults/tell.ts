import type { RunResult } from './run'

const SHOWN = 10

export function told({ fault, guarantee, strikes, figures, caughtUpSeconds, violations, seconds }: RunResult): string {
  const { acknowledged, failed, unknown, commands, effects, poison, deadLetters, storeCopies, damagedCopies } = figures
  const more = violations.length - SHOWN
  return [
    `\n${fault.number}. ${fault.title} (${guarantee}): ${violations.length === 0 ? 'ok' : `${violations.length} VIOLATIONS`}, ${seconds.toFixed(0)} s`,
    ...strikes.map(({ what, inFlight }) => `   ${what}, with ${inFlight} commands in flight`),
    `   sent: ${acknowledged} ok, ${failed} failed, ${unknown} unknown; in the input: ${commands} commands, ${poison} poison; effects: ${effects}; dead letters: ${deadLetters}`,
    `   store copies checked: ${storeCopies} (${damagedCopies} damaged); caught up ${caughtUpSeconds === undefined ? 'never' : `${caughtUpSeconds.toFixed(1)} s after the fault`}`,
    ...violations.slice(0, SHOWN).map(({ check, what }) => `   ${check}: ${what}`),
    ...(more > 0 ? [`   and ${more} more`] : []),
  ].join('\n')
}

/** The table of docs/reliability.md. */
export function total(results: readonly RunResult[], seed: number): string {
  const rows = results.map(({ fault, guarantee, strikes, figures, caughtUpSeconds, violations }) => {
    const least = Math.min(...strikes.map(({ inFlight }) => inFlight))
    const { acknowledged, commands, effects, deadLetters } = figures
    const cells = [fault.number, fault.title, guarantee, strikes.length, least, acknowledged, commands, effects]
    return [...cells, deadLetters, caughtUpSeconds?.toFixed(1) ?? 'never', violations.length]
  })
  const head = ['#', 'fault', 'guarantee', 'strikes', 'least in flight', 'acknowledged', 'commands', 'effects']
  const lines = [[...head, 'dead letters', 'caught up, s', 'violations'], Array(11).fill('---'), ...rows]
  return `\nseed ${seed}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
}
