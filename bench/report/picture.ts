/** docs/bench.svg: records per second of both, side by side. */
import { type Line, otherName, shown } from './lines'

const WIDTH = 760
const LABELS = 220
const VALUES = 130
const BAR = 16
const GAP = 14
const TOP = 56
const COLOURS = { ours: '#2f6fed', theirs: '#b8bfca', ink: '#24292f' } as const

export function picture(lines: readonly Line[], caption: string): string {
  const bars = lines.filter(({ unit, theirs }) => unit === 'rec/s' && theirs !== undefined)
  const most = Math.max(1, ...bars.flatMap(({ ours, theirs }) => [ours, theirs!]))
  const height = TOP + bars.length * (2 * BAR + GAP) + 30
  const scale = (WIDTH - LABELS - VALUES) / most
  const rows = bars.flatMap((line, index) => {
    const y = TOP + index * (2 * BAR + GAP)
    return [
      text(LABELS - 10, y + BAR + 5, line.line, 'end'),
      bar(y, line.ours, scale, COLOURS.ours),
      text(LABELS + line.ours * scale + 6, y + 12, `${shown(line.ours)}  (${shown(line.ratio!)}×)`),
      bar(y + BAR, line.theirs!, scale, COLOURS.theirs),
      text(LABELS + line.theirs! * scale + 6, y + BAR + 12, `${shown(line.theirs!)}  ${otherName(line.other)}`),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Records per second, millrace and the others</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="24" font-size="16" font-weight="600" fill="${COLOURS.ink}">Records per second, millrace and the others</text>`,
    text(12, 42, caption),
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

const bar = (y: number, value: number, scale: number, colour: string) =>
  `<rect x="${LABELS}" y="${y}" width="${(value * scale).toFixed(1)}" height="${BAR - 2}" rx="2" fill="${colour}"/>`

const text = (x: number, y: number, content: string, anchor = 'start') =>
  `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" fill="${COLOURS.ink}">${escaped(content)}</text>`

const escaped = (content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
