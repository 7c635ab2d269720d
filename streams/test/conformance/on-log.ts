import { systemClock } from '../../clock'
import { failFast } from '../../graph/policy'
import { sinkTopics } from '../../graph/specs/source'
import type { Topology } from '../../graph/topology'
import type { Log } from '../../log/port'
import type { StateDirectory } from '../../stores/backend'
import { type ManualClock, manualClock } from '../../testing/manual-clock'
import type { ProcessingGuarantee } from '../../worker/committer'
import type { Runner } from '../../worker/runner'
import { createWorker, type Worker } from '../../worker/worker'
import { questionsOf } from './compare'
import { type Feeder, openFeeder, type Round, roundsOf } from './feed'
import { answersOf, type Final, storesOf } from './final'
import { readOutputs } from './outputs'
import { prefixedLog } from './prefixed-log'
import { namedTopics } from './run'
import type { Scenario } from './scenario'
import type { Vector } from './vector'
import { type WatchedLog, watchedLog } from './watched-log'

export interface OnLogOptions {
  readonly log: Log
  /** Before every topic, group and transactional id: nothing else on the log may have it. */
  readonly prefix: string
  readonly partitions: number
  readonly guarantee: ProcessingGuarantee
  readonly state: StateDirectory
  /** Of the worker that comes after: the same, or another, which is filled from the changelogs. */
  readonly successorState: StateDirectory
  /** Gives the run up. */
  readonly signal: AbortSignal
}

/** Looks again after so many ms whether the worker has done its work. */
const LOOK_MS = 2

/**
 * Runs a scenario in a worker on a log, round by round, each once all that came of the one before is committed; then opens
 * another worker in its place. The wall clock stands still but for the steps that move it, as in the test driver. Removes
 * its topics and its group.
 */
export async function runOnLog(scenario: Scenario, vector: Vector, options: OnLogOptions): Promise<Final> {
  const { partitions, state, successorState } = options
  const log = withoutRetention(prefixedLog(options.log, options.prefix))
  await createTopics(log, scenario, partitions)
  const watched = watchedLog(log)
  const clock = manualClock(vector.initialWallClock)
  const run = { scenario, vector, options, watched, clock }
  const feeder = await openFeeder(watched.log)
  const topicNamed = namedTopics(scenario)
  try {
    const tables = await withWorker(run, state, async (worker, caughtUp) => {
      for (const round of roundsOf(vector.steps, { topology: scenario.topology, topicNamed, partitions })) {
        await take(round, feeder, clock)
        await caughtUp()
      }
      return {
        stores: storesOf(vector, worker.localStores),
        asOf: answersOf(questionsOf(vector), worker.localStores),
      }
    })
    const outputs = { names: Object.keys(vector.outputTopics), watched, feeder, topicNamed, partitions }
    return {
      ...tables,
      outputs: await readOutputs(outputs),
      reopened: await withWorker(run, successorState, async ({ localStores }) => storesOf(vector, localStores)),
    }
  } finally {
    await feeder.close()
    await remove(log, scenario.topology.name)
  }
}

interface Run {
  readonly scenario: Scenario
  readonly vector: Vector
  readonly options: OnLogOptions
  readonly watched: WatchedLog
  readonly clock: ManualClock
}

/** Starts a worker, waits until it has nothing to do, and closes it when it has been used. */
async function withWorker<T>(
  { scenario, vector, options, watched, clock }: Run,
  state: StateDirectory,
  use: (worker: Worker, caughtUp: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const { partitions, guarantee, signal } = options
  const { topology, onError = failFast } = scenario
  const wallClock = { now: clock.now, sleep: systemClock.sleep }
  const worker = createWorker({ topology, log: watched.log, state, guarantee, onError, clock: wallClock })
  const inputs = Object.keys(vector.inputTopics).flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  )
  const allRead = () => inputs.every(watched.isRead) && tasksHaveRead(worker, watched)
  const caughtUp = () => settled({ worker, clock, allRead, signal })
  try {
    await worker.start()
    await caughtUp()
    return await use(worker, caughtUp)
  } finally {
    await worker.close()
  }
}

async function take(round: Round, feeder: Feeder, clock: ManualClock): Promise<void> {
  if ('advance' in round) clock.advance(round.advance)
  else await feeder.write(round.records)
}

const tasksHaveRead = (worker: Worker, watched: WatchedLog) =>
  worker.tasks.every(({ task }) => task?.inputs.every(watched.isRead))

interface Progress {
  readonly worker: Worker
  readonly clock: ManualClock
  readonly allRead: () => boolean
  readonly signal: AbortSignal
}

/**
 * Waits until everything is read, processed and committed, and every punctuation has run. Looked at between turns of the
 * event loop: what a poll has given is then already with its task. Ends with the error of a worker that has stopped.
 */
async function settled({ worker, clock, allRead, signal }: Progress): Promise<void> {
  const stopped = worker.done.then(() => Promise.reject(new Error('the worker has ended')))
  // Orderly ends come after the last wait, when nobody listens any more.
  stopped.catch(() => undefined)
  do {
    await Promise.race([stopped, systemClock.sleep(LOOK_MS)])
    signal.throwIfAborted()
  } while (!(worker.ready && allRead() && worker.tasks.every((runner) => isIdle(runner, clock))))
}

function isIdle({ state, sending, task }: Runner, clock: ManualClock): boolean {
  if (state !== 'running' || sending || task === undefined) return false
  const nextPunctuation = task.nextPunctuation() ?? Number.POSITIVE_INFINITY
  return !task.dirty && !task.runnable && task.held === 0 && nextPunctuation > clock.now()
}

/** The records of the vectors are of the first hours of 1970: Kafka would soon delete them, changelogs of windows too. */
function withoutRetention(log: Log): Log {
  const createTopics: Log['admin']['createTopics'] = (specs) =>
    log.admin.createTopics(specs.map((spec) => ({ ...spec, config: { ...spec.config, 'retention.ms': '-1' } })))
  return { ...log, admin: { ...log.admin, createTopics } }
}

async function createTopics(log: Log, { topology, topics }: Scenario, partitions: number): Promise<void> {
  const names = new Set([...topics.map(({ name }) => name), ...topicsOf(topology)])
  await log.admin.createTopics([...names].map((name) => ({ name, partitions })))
}

function topicsOf({ steps, subTopologies }: Topology): readonly string[] {
  const sinks = steps.flatMap(({ node: { spec } }) => (spec.type === 'sink' ? sinkTopics(spec) : []))
  const sources = subTopologies.flatMap((sub) => sub.sources.map(({ topic }) => topic))
  return [...sinks, ...sources].map(({ name }) => name)
}

async function remove(log: Log, applicationId: string): Promise<void> {
  await log.admin.deleteTopics(await log.admin.listTopics())
  if ((await log.admin.listGroups()).some(({ groupId }) => groupId === applicationId)) {
    await log.admin.deleteGroup(applicationId)
  }
}
