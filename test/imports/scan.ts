import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync } from '@swc/core'

/** One import, export from, `import()`, `require()` or type import of a file. */
export interface Import {
  /** Relative to the project, with slashes. */
  readonly file: string
  readonly line: number
  /** What stands between the quotes. */
  readonly specifier: string
}

const skipped = new Set(['node_modules', 'dist', 'data', 'coverage', 'generated'])

/** The TypeScript files of the project, generated ones left out. */
export function sourceFiles(root: string, directory = root): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return skipped.has(entry.name) || entry.name.startsWith('.') ? [] : sourceFiles(root, path)
    return entry.name.endsWith('.ts') ? [relative(root, path).replaceAll('\\', '/')] : []
  })
}

export function importsOf(root: string, file: string): readonly Import[] {
  return importsIn(file, readFileSync(join(root, file), 'utf8'))
}

export function importsIn(file: string, text: string): readonly Import[] {
  const specifiers = new Set<string>()
  collect(parseSync(text, { syntax: 'typescript' }), specifiers)
  return [...specifiers].map((specifier) => ({ file, line: lineOf(text, specifier), specifier }))
}

/** Walks the whole tree: a type import may stand anywhere. */
function collect(node: unknown, specifiers: Set<string>): void {
  if (Array.isArray(node)) for (const child of node) collect(child, specifiers)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const specifier = specifierOf(node as SyntaxNode)
  if (specifier !== undefined) specifiers.add(specifier)
  for (const child of Object.values(node)) collect(child, specifiers)
}

interface SyntaxNode {
  readonly type?: string
  readonly value?: string
  readonly source?: SyntaxNode | null
  readonly argument?: SyntaxNode
  readonly callee?: SyntaxNode
  readonly arguments?: readonly { readonly expression: SyntaxNode }[]
  readonly expression?: SyntaxNode
}

function specifierOf(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.source?.value
    case 'TsImportType':
      return node.argument?.value
    case 'TsExternalModuleReference':
      return node.expression?.value
    case 'CallExpression': {
      const { type, value } = node.callee ?? {}
      const loads = type === 'Import' || (type === 'Identifier' && value === 'require')
      const argument = node.arguments?.[0]?.expression
      return loads && argument?.type === 'StringLiteral' ? argument.value : undefined
    }
    default:
      return undefined
  }
}

/** The parser's positions count on over all files parsed, so the line is looked up in the text. */
function lineOf(text: string, specifier: string): number {
  const quoted = [`'${specifier}'`, `"${specifier}"`]
  const lines = text.split('\n')
  const mentions = lines.findIndex(
    (line) => /\b(from|import|require)\b/.test(line) && quoted.some((mention) => line.includes(mention)),
  )
  return mentions + 1
}
