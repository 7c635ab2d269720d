import { join } from 'node:path'
import type { Log } from 'millrace'
import * as millrace from 'millrace'
import * as testing from 'millrace/testing'
import { docs, pages } from './docs/blocks'
import { compilerErrors } from './docs/compile'
import { modulesOf, type Piece, writeModules } from './docs/modules'
import { normalized, signaturesOf, sourcesOf } from './docs/signatures'

const mockedLog: { current?: Log } = {}
/** For the worker of docs/getting-started.md, a log in memory in place of Kafka. */
jest.mock('millrace', () => {
  const actual = jest.requireActual('millrace')
  return {
    __esModule: true,
    ...actual,
    openKafkaLog: async () => mockedLog.current,
    levelStateDirectory: () => actual.memoryStateDirectory(),
  }
})

const root = join(docs, '..')
const directory = join(root, '.cache', 'docs')
const namesOf = (module: object) => Object.keys(module).filter((name) => !name.startsWith('__'))
const known = { millrace: namesOf(millrace), 'millrace/testing': namesOf(testing) }
const all = pages()
const modules = all.flatMap((page) => modulesOf(page, directory, known))

const { globalTable, hopping, json, long, session, stream, string, table, timestampedKeyValueStore, topic } = millrace
const numbers = topic('numbers', { key: string, value: long })
const kept = timestampedKeyValueStore('kept', { key: string, value: json<number>() })
const grouped = stream(numbers).groupByKey()
const cogrouped = grouped.cogroup((sum: number, value: number) => sum + value)
const hours = hopping({ hours: 1, advance: { hours: 1 } })
const visits = session({ hours: 1 })

/** One of each class. */
const handles: Readonly<Record<string, object>> = {
  Stream: stream(numbers),
  Table: table(numbers, kept),
  GlobalTable: globalTable(numbers, kept),
  GroupedStream: grouped,
  GroupedTable: table(numbers, kept).groupBy((value, key) => [key, value], { name: 'g', key: string, value: long }),
  CogroupedStream: cogrouped,
  WindowedStream: grouped.windowedBy(hours),
  SessionWindowedStream: grouped.windowedBy(visits),
  WindowedCogroupedStream: cogrouped.windowedBy(hours),
  SessionWindowedCogroupedStream: cogrouped.windowedBy(visits),
}

beforeAll(() => writeModules(modules))

describe('the code in docs/', () => {
  test('passes the compiler', async () => {
    expect(await compilerErrors(modules, directory)).toEqual([])
  }, 120_000)

  const pieces = modules.filter(({ block }) => block.kind === 'run')
  test.each(pieces.map(({ title, path }) => [title, path] as const))(
    'does what it says in %s',
    async (_title, path) => {
      const piece = (await import(path)) as Piece
      await piece.run(async (line, actual, expected) => {
        const result = await actual().catch((error: unknown) => ({
          throws: (error as { code?: unknown }).code ?? error,
        }))
        expect({ line, result }).toEqual({ line, result: expected })
      })
    },
  )
})

describe('docs/operators.md', () => {
  const page = all.find(({ name }) => name === 'operators')!
  const signatures = signaturesOf(page)
  const sources = sourcesOf(join(root, 'streams'))

  test.each(signatures.map((signature) => [`line ${signature.line}: ${signature.name}`, signature] as const))(
    'the signature in %s is that of the sources',
    (_name, signature) => {
      const shown = normalized(signature.owner === undefined ? `export ${signature.text}` : signature.text)
      const declared = sources.declarationsOf(signature).map((text) => text.slice(0, Math.max(shown.length, 80)))
      expect(declared).toContainEqual(expect.stringMatching(literally(shown)))
    },
  )
})

describe('docs/operators.md is complete', () => {
  const page = all.find(({ name }) => name === 'operators')!
  const sources = sourcesOf(join(root, 'streams'))
  const shown = new Set(signaturesOf(page).map(({ owner, name }) => (owner === undefined ? name : `${owner}.${name}`)))

  test('every class of the language is looked at', () => {
    expect(Object.keys(handles).sort()).toEqual([...sources.classesIn('dsl')].sort())
    expect([...shown].filter((name) => name.includes('.')).length).toBeGreaterThan(50)
  })

  test.each(Object.entries(handles))('every verb of %s has its signature', (owner, handle) => {
    const privates = sources.privatesOf(owner)
    const verbs = Object.getOwnPropertyNames(Object.getPrototypeOf(handle)).filter(
      (verb) => verb !== 'constructor' && !privates.has(verb),
    )
    expect(verbs.filter((verb) => !shown.has(`${owner}.${verb}`))).toEqual([])
  })

  test('every value of the language is shown or named', () => {
    const language = sources.exportedFrom(
      'index.ts',
      /^\.\/(dsl|topics|serdes|stores\/declaration|graph\/(topology|policy|decider))/,
    )
    expect(language.length).toBeGreaterThan(30)
    expect(language.filter((name) => !new RegExp(`\\b${name}\\b`).test(page.text))).toEqual([])
  })

  test('every link within the page leads to a heading', () => {
    const headings = new Set([...page.text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!)))
    const links = [...page.text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!)
    expect(links.length).toBeGreaterThan(20)
    expect(links.filter((anchor) => !headings.has(anchor))).toEqual([])
  })
})

describe('docs/getting-started.md', () => {
  const file = (name: string) => import(join(directory, 'getting-started', `${name}.ts`))
  let logged: jest.SpyInstance
  beforeEach(() => {
    logged = jest.spyOn(console, 'log').mockReturnValue()
  })
  afterEach(() => logged.mockRestore())

  test('step 3 prints what the page says', async () => {
    const text = all.find(({ name }) => name === 'getting-started')!.text
    const printed = /^prints `(.*)`/m.exec(text)![1]!
    await file('try')
    expect(logged.mock.calls).toEqual([[JSON.parse(printed.replaceAll("'", '"'))]])
  })

  test('steps 4 and 5: the worker counts what is written, until Ctrl-C', async () => {
    const log = millrace.memoryLog()
    const closed = new Promise<void>((resolve) => {
      mockedLog.current = { ...log, close: async () => resolve() }
    })
    process.env.KAFKA_BROKERS = 'localhost:9092'
    const { lines, counts } = await file('word-count')
    await file('main')
    await until(() => logged.mock.calls.flat().includes('RUNNING'))

    const clock = millrace.systemClock
    const writer = await millrace.openTopicWriter({ log, topic: lines, clientId: 'docs', clock })
    await writer.write(null, 'to be or not to be')
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign([0, 1, 2].map((partition) => ({ topic: counts.name, partition, offset: 0 })))
    const seen = new Map<string, string>()
    await until(async () => {
      for (const { records } of await reader.poll(10)) {
        for (const { key, value } of records) seen.set(String(key), String(value))
      }
      return seen.get('to') === '2' && seen.get('be') === '2' && seen.size === 4
    })
    process.emit('SIGINT')
    await closed
    expect(logged.mock.calls.flat()).toEqual(['REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING'])
    await log.close()
  }, 30_000)
})

/** Waits for what other code brings about; a test that waits in vain ends by its own limit. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

/** At the beginning, and all of a type. */
function literally(text: string): RegExp {
  return new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?!\\w|<| [|&])`)
}
