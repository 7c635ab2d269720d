import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../log/port'
import { levelStateDirectory, memoryStateDirectory } from '../../stores'
import type { ProcessingGuarantee } from '../../worker/committer'
import { comparisonOf, finalDifference } from './comparisons'
import { runOnDriver } from './on-driver'
import { runOnLog } from './on-log'
import { loadScenarios, type Scenario } from './scenario'
import { type VectorFile, vectorDirectory, vectorFiles } from './vector'

const PARTITIONS = 3

export interface Setting {
  readonly guarantee: ProcessingGuarantee
  readonly state: 'memory' | 'level'
}

export interface SuiteOptions {
  /** Every application of this run gets topics, a group and transactional ids under it. */
  readonly prefix: string
  readonly open: () => Log | Promise<Log>
  /** By the place of the scenario among all. */
  readonly settingOf: (index: number) => Setting
  /** How many scenarios are under way at a time. */
  readonly sideBySide: number
  /** For all, in ms: each test waits for its own scenario, and all are begun at once. */
  readonly timeoutMs: number
}

/** One test per vector: the worker on a log leaves what the test driver leaves (see comparisons.ts). */
export function finalTablesSuite({ prefix, open, settingOf, sideBySide, timeoutMs }: SuiteOptions): void {
  const scenarios = loadScenarios()
  const settings = new Map(vectorFiles(vectorDirectory()).map((file, index) => [file, settingOf(index)] as const))
  const ending = new AbortController()
  let log: Log
  let directory: string
  let differences: ReadonlyMap<VectorFile, Promise<string | undefined>>
  beforeAll(async () => {
    log = await open()
    directory = mkdtempSync(join(tmpdir(), 'millrace-conformance-'))
    differences = started([...settings.keys()], sideBySide, (file) => {
      const setting = settings.get(file)!
      return differenceOf(file, scenarios, {
        log,
        prefix: `${prefix}${file.name}.`,
        directory,
        setting,
        signal: ending.signal,
      })
    })
  }, timeoutMs)
  afterAll(async () => {
    // What nobody waits for any more: after a test that ran out of time, or where only some were asked for.
    ending.abort()
    await Promise.allSettled(differences.values())
    await log.close()
    rmSync(directory, { recursive: true, force: true })
  }, timeoutMs)

  const titled = [...settings].map(([file, { guarantee, state }]) => [file.name, guarantee, state, file] as const)
  test.each(titled)(
    '%s (%s, state in %s)',
    async (_name, _guarantee, _state, file) => {
      expect(await differences.get(file)).toBeUndefined()
    },
    timeoutMs,
  )
}

interface RunOptions {
  readonly log: Log
  readonly prefix: string
  readonly directory: string
  readonly setting: Setting
  readonly signal: AbortSignal
}

async function differenceOf(
  file: VectorFile,
  scenarios: ReadonlyMap<string, () => Scenario>,
  { log, prefix, directory, setting: { guarantee, state: kind }, signal }: RunOptions,
): Promise<string | undefined> {
  signal.throwIfAborted()
  const vector = file.read()
  const make = scenarios.get(vector.scenario)
  if (make === undefined) return `no topology for scenario ${vector.scenario}`
  comparisonOf(vector.scenario)
  const state = kind === 'memory' ? memoryStateDirectory() : levelStateDirectory(directory, prefix)
  // What is in memory is gone with its worker: the next one starts from the changelogs.
  const successorState = kind === 'memory' ? memoryStateDirectory() : state
  try {
    const got = await runOnLog(make(), vector, {
      log,
      prefix,
      partitions: PARTITIONS,
      guarantee,
      state,
      successorState,
      signal,
    })
    return finalDifference(vector, got, runOnDriver(make(), vector, PARTITIONS))
  } finally {
    await state.close()
  }
}

/** Runs all in order, up to `limit` at a time; what fails is told to who asks for it, and to nobody else. */
function started<T, R>(all: readonly T[], limit: number, run: (item: T) => Promise<R>): ReadonlyMap<T, Promise<R>> {
  const lanes: Promise<unknown>[] = Array.from({ length: limit }, () => Promise.resolve())
  const results = new Map<T, Promise<R>>()
  let waiting: Promise<void> = Promise.resolve()
  for (const item of all) {
    const lane = waiting.then(() => Promise.race(lanes.map((busy, index) => busy.then(() => index))))
    const result = lane.then((index) => {
      const running = run(item)
      lanes[index] = running.catch(() => undefined)
      return { running }
    })
    waiting = result.then(() => undefined)
    const settled = result.then(({ running }) => running)
    settled.catch(() => undefined)
    results.set(item, settled)
  }
  return results
}
