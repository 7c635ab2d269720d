import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Line } from './lines'
import { picture } from './picture'
import { markdownTable } from './text'

const docs = join(__dirname, '..', '..', 'docs')
const BEGIN = '<!-- the table: written by `npm run bench -- --write-docs` -->'
const END = '<!-- end of the table -->'

/** Puts the table into docs/performance.md, between its marks, and draws docs/bench.svg. */
export async function writeDocs(lines: readonly Line[], caption: string): Promise<void> {
  const page = join(docs, 'performance.md')
  const text = await readFile(page, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`${page} has lost the marks between which the table stands`)
  const table = `${BEGIN}\n\n${caption}.\n\n![Records per second of both](bench.svg)\n\n${markdownTable(lines)}\n\n`
  await writeFile(page, text.slice(0, begin) + table + text.slice(end))
  await writeFile(join(docs, 'bench.svg'), picture(lines, caption))
}
