/** The ```ts blocks of a page, by the word behind the language. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * - `run`: ```ts, a piece of code that is run by itself. It may name whatever `millrace`, `millrace/testing` and the page's
 *   prelude export, and say with `// =>` what an expression comes to.
 * - `prelude`: ```ts prelude, a module of which all pieces of the page may name the exports.
 * - `file`: ```ts file=<name>, a module as its reader would save it; other blocks of the page may import it.
 * - `signature`: ```ts signature, declarations as they stand in the engine's sources.
 */
export type BlockKind = 'run' | 'prelude' | 'file' | 'signature'

export interface Block {
  readonly kind: BlockKind
  /** Of a `file`. */
  readonly name?: string
  /** Of its first line of code in the page, from 1. */
  readonly line: number
  readonly code: string
}

export interface Page {
  /** Without its ending. */
  readonly name: string
  readonly text: string
  readonly blocks: readonly Block[]
}

export const docs = join(__dirname, '..', '..', 'docs')

export function pages(): readonly Page[] {
  return readdirSync(docs)
    .filter((file) => file.endsWith('.md'))
    .map((file) => pageOf(file.slice(0, -'.md'.length), readFileSync(join(docs, file), 'utf8')))
}

/** @throws Error for a word behind the language that is not known */
export function pageOf(name: string, text: string): Page {
  const blocks = [...text.matchAll(/^```(?:ts|typescript)\b([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ([, info, code], index, all) => {
      const line = text.slice(0, all[index]!.index).split('\n').length + 1
      return { ...kindOf(info!.trim(), `${name}.md:${line - 1}`), line, code: code! }
    },
  )
  return { name, text, blocks }
}

function kindOf(info: string, place: string): Pick<Block, 'kind' | 'name'> {
  if (info === '') return { kind: 'run' }
  if (info === 'prelude' || info === 'signature') return { kind: info }
  const name = /^file=([\w-]+)\.ts$/.exec(info)?.[1]
  if (name !== undefined) return { kind: 'file', name }
  throw new Error(`${place}: a ts block is "prelude", "signature" or "file=<name>.ts", not "${info}"`)
}
