/** Makes a module of each block that is code, with every line where it is in its page, so that errors name the right one. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Block, Page } from './blocks'

export interface DocModule {
  /** For test names: `operators.md:120`. */
  readonly title: string
  readonly page: string
  readonly block: Block
  readonly path: string
  readonly source: string
}

/** What a piece of code that is run by itself exports. */
export interface Piece {
  run(is: (line: number, actual: () => Promise<unknown>, expected: unknown) => Promise<void>): Promise<void>
}

/** The names that pieces of code may use without an import, by module. */
export type KnownNames = Readonly<Record<string, readonly string[]>>

export function modulesOf({ name: page, blocks }: Page, directory: string, known: KnownNames): readonly DocModule[] {
  const prelude = blocks.filter(({ kind }) => kind === 'prelude')
  if (prelude.length > 1) throw new Error(`${page}.md has more than one prelude`)
  const names = { ...known, ...(prelude[0] && { './prelude': exportedBy(prelude[0].code) }) }
  return blocks
    .filter(({ kind }) => kind !== 'signature')
    .map((block) => {
      const file = block.kind === 'run' ? `line-${block.line}` : (block.name ?? 'prelude')
      const title = `${page}.md:${block.line}`
      const header =
        block.kind === 'run' ? pieceHeader(block.code, names) : block.kind === 'prelude' ? imports(known) : ''
      const body = block.kind === 'run' ? `${withResults(withoutImports(block), block.line)}\n}\n` : block.code
      const source = `${'\n'.repeat(block.line - 2)}${header}\n${body}`
      return { title, page, block, path: join(directory, page, `${file}.ts`), source }
    })
}

/** Leaves a file as it is where nothing has changed, so that a watching test run does not start itself again. */
export function writeModules(modules: readonly DocModule[]): void {
  for (const { path, source } of modules) {
    mkdirSync(dirname(path), { recursive: true })
    if (contentOf(path) !== source) writeFileSync(path, source)
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const importStatement = /^import [^'"]*['"][^'"]+['"]\n/gm

function exportedBy(code: string): readonly string[] {
  return [...code.matchAll(/^export (?:async )?(?:const|function|interface|type|class) (\w+)/gm)].map(
    ([, name]) => name!,
  )
}

/** One line: all known names, and the block's own imports, which a function cannot hold. */
function pieceHeader(code: string, known: KnownNames): string {
  const own = (code.match(importStatement) ?? []).map((statement) => statement.replaceAll('\n', ' ')).join('; ')
  const ownNames = new Set(own.match(/\w+/g) ?? [])
  const others = Object.fromEntries(
    Object.entries(known).map(([from, names]) => [from, names.filter((name) => !ownNames.has(name))]),
  )
  const is = '_is: (line: number, actual: () => Promise<unknown>, expected: unknown) => Promise<void>'
  return `${imports(others)}; ${own}; export async function run(${is}): Promise<void> {`
}

function imports(names: KnownNames): string {
  return Object.entries(names)
    .map(([from, all]) => `import { ${all.join(', ')} } from '${from}'`)
    .join('; ')
}

function withoutImports({ code }: Block): string {
  return code.replace(importStatement, (statement) => '\n'.repeat(statement.split('\n').length - 1))
}

/**
 * Turns an expression with `// => expected`, on its last line or below it, into a call that compares the two. What is
 * expected is an expression itself, which may go on in comments indented further, or `throws CODE`: the error's code.
 */
function withResults(code: string, firstLine: number): string {
  const lines = code.split('\n')
  lines.forEach((line, index) => {
    const [, before, first] = /^(.*?)\s*\/\/ =>\s*(.*)$/.exec(line) ?? []
    if (before === undefined || first === undefined) return
    const end = before === '' ? index - 1 : index
    lines[index] = before
    const start = lines.slice(0, end + 1).findLastIndex((own) => /^[^\s)\]}.`]/.test(own))
    const more = lines.slice(index + 1).findIndex((own) => !own.startsWith('//    '))
    const expected = [first, ...lines.slice(index + 1, index + 1 + more).map((own) => own.slice(2).trim())].join(' ')
    lines[start] = `await _is(${firstLine + index}, async () => (${lines[start]}`
    lines[end] = `${lines[end]}), ${expectedValue(expected)})`
  })
  return lines.join('\n')
}

function expectedValue(expected: string): string {
  const code = /^throws ([A-Z_]+)$/.exec(expected)?.[1]
  return code === undefined ? `(${expected})` : `{ throws: '${code}' }`
}
