import { type Line, otherName, shown } from './lines'

const HEADINGS = ['', 'millrace', 'compared with', '', 'ratio', 'target', ''] as const

export function cellsOf({ line, unit, ours, other, theirs, ratio, target, met }: Line): readonly string[] {
  return [
    line,
    `${shown(ours)} ${unit}`.trim(),
    theirs === undefined ? '' : `${shown(theirs)} ${unit}`.trim(),
    otherName(other),
    ratio === undefined ? '' : `${shown(ratio)}×`,
    target,
    met === undefined ? '' : met ? 'met' : 'missed',
  ]
}

/** The table for a terminal. */
export function textTable(lines: readonly Line[]): string {
  const rows = [HEADINGS, ...lines.map(cellsOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const printed = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  const groups = [...new Set(lines.map(({ group }) => group))]
  return [
    printed(HEADINGS),
    ...groups.flatMap((group) => [
      '',
      group,
      ...lines.filter((line) => line.group === group).map((line) => printed(cellsOf(line))),
    ]),
  ].join('\n')
}

/** The same for docs/performance.md. */
export function markdownTable(lines: readonly Line[]): string {
  const groups = [...new Set(lines.map(({ group }) => group))]
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    row(['', 'millrace', 'compared with', '', 'ratio', 'target', '']),
    row(HEADINGS.map(() => '---')),
    ...groups.flatMap((group) => [
      row([`**${group}**`, '', '', '', '', '', '']),
      ...lines.filter((line) => line.group === group).map((line) => row(cellsOf(line))),
    ]),
  ].join('\n')
}
