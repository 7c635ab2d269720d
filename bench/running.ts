/** One start of one contestant on topics of its own. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from 'millrace'
import type { Coding } from './coding'
import type { Contestant } from './contestants'
import { createTopics } from './filling'
import { type MeasuredProcess, startProcess } from './measured-process'
import type { WorkloadOptions } from './workload'

/** What all runs of one bench share. */
export interface Ground {
  readonly log: Log
  readonly brokers: readonly string[]
  /** For state directories. */
  readonly directory: string
}

export interface RunSpec {
  readonly contestant: Contestant
  readonly threads: number
  readonly exactlyOnce: boolean
  readonly store: 'persistent' | 'memory'
  readonly workload: WorkloadOptions
  readonly coding: Coding
}

/** Names of a run: nothing of another run, of this bench or an earlier one, is in their way. */
export interface Place {
  readonly appId: string
  readonly input: string
  readonly output: string
  readonly stateDir: string
}

let places = 0

/** @param input a topic that is there already and stays */
export async function newPlace({ log, directory }: Ground, contestant: Contestant, input?: string): Promise<Place> {
  places += 1
  const appId = `bench-${process.pid}-${places}-${contestant.name}`
  const place = { appId, input: input ?? `${appId}-in`, output: `${appId}-out`, stateDir: join(directory, appId) }
  await createTopics(log, place.input, place.output)
  return place
}

/** Removes what a run has left, so that the disk and the broker's page cache are the next one's. */
export async function clear({ log }: Ground, place: Place, keep: readonly string[] = []): Promise<void> {
  const topics = await log.admin.listTopics()
  await log.admin.deleteTopics(topics.filter((topic) => topic.startsWith(place.appId) && !keep.includes(topic)))
  await rm(place.stateDir, { recursive: true, force: true })
}

export function start(
  ground: Ground,
  place: Place,
  spec: RunSpec,
  extra: Readonly<Record<string, string>> = {},
): MeasuredProcess {
  return startProcess(spec.contestant, {
    KAFKA_BROKERS: ground.brokers.join(','),
    IN_TOPIC: place.input,
    OUT_TOPIC: place.output,
    APP_ID: place.appId,
    STATE_DIR: place.stateDir,
    EOS: spec.exactlyOnce ? '1' : '0',
    COMMIT_MS: '100',
    PARTITIONS: '4',
    THREADS: String(spec.threads),
    STORE: spec.store,
    AVRO: spec.workload.avro ? '1' : '0',
    ...spec.coding.env,
    ...extra,
  })
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Asks until it is true. @throws Error after `timeoutMs` */
export async function until(
  what: string,
  everyMs: number,
  timeoutMs: number,
  isTrue: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`)
    await sleep(everyMs)
  }
}
