/** Holds the signatures that a page shows against the engine's sources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from './blocks'

export interface Signature {
  /** The class or interface of which it is a member. */
  readonly owner?: string
  /** Of the function or member; of an interface's property too. */
  readonly name: string
  readonly text: string
  readonly line: number
}

/** A comment such as `// Stream<K, V>` says whose members follow, to the end of the block. */
export function signaturesOf({ blocks }: Page): readonly Signature[] {
  return blocks.filter(({ kind }) => kind === 'signature').flatMap(({ code, line }) => signaturesIn(code, line))
}

function signaturesIn(code: string, firstLine: number): readonly Signature[] {
  const found: { owner?: string; name: string; text: string; line: number }[] = []
  let owner: string | undefined
  code.split('\n').forEach((text, index) => {
    if (text.startsWith('//')) owner = /^\/\/ (\w+)(?:<.*>)?$/.exec(text)?.[1]
    else if (/^[^\s)\]}]/.test(text)) {
      const name = /^(?:function |const )?(\w+)/.exec(text)?.[1] ?? ''
      found.push({ ...(owner !== undefined && { owner }), name, text, line: firstLine + index })
    } else if (text !== '' && found.length > 0) found.at(-1)!.text += `\n${text}`
  })
  return found
}

export interface Sources {
  /** What the engine declares under that name, on that class or interface, or as an export of a module; and what follows it. */
  declarationsOf(signature: Signature): readonly string[]
  /** Members that TypeScript alone keeps from being used from outside. */
  privatesOf(owner: string): ReadonlySet<string>
  /** Names of the classes exported in a folder. */
  classesIn(folder: string): readonly string[]
  /** Names of the values that an index exports from the modules that match. */
  exportedFrom(index: string, modules: RegExp): readonly string[]
}

export function sourcesOf(directory: string): Sources {
  const texts = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(?!node_modules|dist|test|bench).*(?<!\.test)\.ts$/.test(file))
    .map((file) => readFileSync(join(directory, file), 'utf8'))
  const everything = normalized(texts.join('\n'))
  const bodyOf = (owner: string): string => {
    const declaration = new RegExp(`^export (?:class|interface) ${owner}\\b[\\s\\S]*?^\\}$`, 'gm')
    return texts.flatMap((text) => text.match(declaration) ?? []).join('\n')
  }
  return {
    declarationsOf: ({ owner, name }) => {
      const place = owner === undefined ? everything : normalized(bodyOf(owner))
      const begin = owner === undefined ? `export (?:function|const) ` : '(?<=[ {])'
      return Array.from(place.matchAll(new RegExp(`${begin}${name}\\b`, 'g')), ({ index }) =>
        place.slice(index, index + 500),
      )
    },
    classesIn: (folder) =>
      readdirSync(join(directory, folder)).flatMap((file) =>
        Array.from(
          readFileSync(join(directory, folder, file), 'utf8').matchAll(/^export class (\w+)/gm),
          ([, name]) => name!,
        ),
      ),
    exportedFrom: (index, modules) => exportsOf(join(directory, index), modules),
    privatesOf: (owner) => new Set([...bodyOf(owner).matchAll(/^ {2}private (\w+)/gm)].map(([, name]) => name!)),
  }
}

function exportsOf(file: string, modules: RegExp): readonly string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^export (\*|\{[^}]*\}) from '(\.[^']*)'/gm)].flatMap(([, what, from]) => {
    if (!modules.test(from!)) return []
    if (what === '*') {
      const path = join(file, '..', from!)
      return existsSync(`${path}.ts`) ? exportsOf(`${path}.ts`, /./) : exportsOf(join(path, 'index.ts'), /./)
    }
    return what!
      .slice(1, -1)
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
  })
}

/**
 * What a reader needs of a signature, in one layout. `Exclude<…, null>`, `NoInfer`, `readonly` and `const` are left out, so
 * is a store's name as a type; a parameter with an empty default is an optional one, and one that is taken apart is called `options`.
 */
export function normalized(text: string): string {
  const plain = text
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .replace(/([(<[]) /g, '$1')
    .replace(/,? ([)>\]])/g, '$1')
    .replace(/\breadonly (?=\w+\??:)/g, '')
    .replace(/\bconst (?=\w+ extends)/g, '')
    .replace(/, N extends string = string(?=>)/g, '')
    .replace(/\bname: N\b/g, 'name: string')
    .replace(/([(,] ?)\{ [\w ,.]+ \}: /g, '$1options: ')
    .replace(/(\w+): (\w+(?:<(?:[^<>=()]|<[^<>=()]*>)*>)?|\{[^{}]*\}) = \{\}/g, '$1?: $2')
  return [
    /\bExclude<([^<>]*), null>/g,
    /\bNoInfer<((?:[^<>]|<[^<>]*>)*)>/g,
    /\bNamed<((?:[^<>]|<[^<>]*>)*), N>/g,
  ].reduce(unwrapped, plain)
}

function unwrapped(text: string, wrapper: RegExp): string {
  const once = text.replace(wrapper, '$1')
  return once === text ? text : unwrapped(once, wrapper)
}
