import { join } from 'node:path'
import { openLogRegistry } from 'millrace'
import { openEmbeddedReadModel } from '../../../readmodel/embedded'
import { mongoReadModel } from '../../../readmodel/mongo'
import type { OrderReadModel } from '../../../readmodel/port'
import { orderEvents } from '../../../schemas/topics'
import { findMongo } from '../../mongo/server'
import type { Size } from '../faults/fault'
import { type Gate, openGate } from '../gate'
import { lagOf, untilCaughtUp } from '../lag'
import type { Operation } from '../load'
import { type Random, seeded } from '../random'
import { CATCH_UP_WITHIN_S, liveness, type RunOptions, type RunResult } from '../run'
import { checkReadModel, type ReadModelEvidence, readAll, readDatabase } from '../verify/read-model'
import { openWorkers, type Workers } from '../workers'
import { startEvents } from './events'
import { observe } from './observer'
import { type EventsRead, readEvents } from './read-events'

export interface ViewsWorld extends Workers {
  readonly random: Random
  /** Before the database; none where there is no database but a directory. */
  readonly gate: Gate | undefined
}

export interface ViewsFault {
  readonly name: string
  readonly store: 'mongo' | 'embedded'
  run(world: ViewsWorld, size: Size): Promise<void>
}

const PARTITIONS = 4
/** A database takes less than stores do. */
const RATE_SHARE = 0.3

/** The platform's read-model flow under a load of order events, judged by what is in the read model at the end. */
export async function runViews(fault: ViewsFault, options: RunOptions): Promise<RunResult> {
  const { guarantee, directory: base } = options
  const applicationId = `${fault.name}-${guarantee === 'exactly_once_v2' ? 'eos' : 'alo'}`
  const directory = join(base, applicationId)
  const place = await openPlace(fault.store, applicationId, directory)
  try {
    return await runOn(fault, options, { applicationId, directory, place })
  } finally {
    await place.close()
  }
}

/** Where the read model lies. */
interface Place {
  readonly gate: Gate | undefined
  /** For the workers. */
  readonly env: Readonly<Record<string, string>>
  /** For looking on, past the gate; none where only one process may look. */
  readonly watched: (() => OrderReadModel) | undefined
  /** After everything has ended. */
  readAll(): Promise<Omit<ReadModelEvidence, 'events'>>
  close(): Promise<void>
}

async function openPlace(store: ViewsFault['store'], applicationId: string, directory: string): Promise<Place> {
  if (store === 'embedded') {
    const own = join(directory, 'views')
    return {
      gate: undefined,
      env: { VIEWS_DIR: own },
      watched: undefined,
      readAll: async () => {
        const model = await openEmbeddedReadModel(own)
        return readAll(model).finally(() => model.close())
      },
      close: async () => undefined,
    }
  }
  const mongo = await findMongo().start()
  const { hostname, port } = new URL(mongo.uri)
  const gate = await openGate({ host: hostname, port: Number(port) })
  return {
    gate,
    env: {
      VIEWS_URI: `mongodb://127.0.0.1:${gate.port}/?directConnection=true`,
      VIEWS_DATABASE: applicationId,
    },
    watched: () => mongoReadModel(mongo.uri, { database: applicationId }),
    readAll: () => readDatabase(mongo.uri, applicationId),
    close: async () => {
      await gate.close()
      await mongo.stop()
    },
  }
}

interface Where {
  readonly applicationId: string
  readonly directory: string
  readonly place: Place
}

async function runOn(fault: ViewsFault, options: RunOptions, { applicationId, directory, place }: Where) {
  const { cluster, guarantee, size, seed, perSecond } = options
  const { log } = cluster
  const registry = await openLogRegistry(log)
  const { name, partitions, config } = orderEvents
  await log.admin.createTopics([{ name, partitions: partitions!, config }])
  const left = () => lagOf(log, applicationId, [name])
  const workers = await openWorkers({
    cluster,
    program: 'test/faults/views/app.ts',
    applicationId,
    guarantee,
    directory,
    // Only one process at a time may have an embedded read model.
    size: fault.store === 'embedded' ? 1 : 3,
    tasks: PARTITIONS,
    networked: false,
    env: place.env,
    inFlight: left,
  })
  const load = await startEvents({
    log,
    registry,
    random: seeded(seed + 1),
    perSecond: Math.ceil(perSecond * RATE_SHARE),
    prefix: applicationId,
    journalFile: join(directory, 'operations.jsonl'),
  })
  const observer = place.watched === undefined ? undefined : observed(place.watched())
  let caughtUpSeconds: number | undefined
  try {
    await fault.run(Object.assign(workers, { random: seeded(seed), gate: place.gate }), size)
    const since = workers.healedAt ?? Date.now()
    await load.stop()
    caughtUpSeconds = await untilCaughtUp(left, { since, withinSeconds: CATCH_UP_WITHIN_S })
  } finally {
    await load.stop()
    await workers.end()
  }
  const seen = await observer?.stop()
  if (seen !== undefined) workers.note(`the newest orders were looked at ${seen.looks} times on the way`)
  const operations = await load.stop()
  const read = await readEvents(log, registry)
  const { figures, violations } = await judge({ place, prefix: applicationId, read, operations })
  const all = [...violations, ...(seen?.violations ?? []), ...liveness(workers, caughtUpSeconds)]
  return { strikes: workers.strikes, figures, caughtUpSeconds, violations: all }
}

function observed(model: OrderReadModel) {
  const observer = observe(model)
  return {
    stop: async () => {
      const seen = await observer.stop()
      await model.close()
      return seen
    },
  }
}

interface Judged {
  readonly place: Place
  readonly prefix: string
  readonly read: EventsRead
  readonly operations: readonly Operation[]
}

async function judge({ place, prefix, read, operations }: Judged) {
  const all = await place.readAll()
  // Another run may still write to the topic that all share: of its events nobody here has to know.
  const isOwn = (orderId: string) => orderId.startsWith(`${prefix}-`)
  const events = read.events.filter(({ aggregateId }) => isOwn(aggregateId))
  const found = {
    orders: all.orders.filter(({ orderId }) => isOwn(orderId)),
    histories: new Map([...all.histories].filter(([orderId]) => isOwn(orderId))),
  }
  const lost = operations.filter(({ result, place: at, n }) => {
    return result === 'ok' && read.at(at!.partition, at!.offset)?.causationId !== `cause-${n}`
  })
  const results = (wanted: string) => operations.filter(({ result }) => result === wanted).length
  const histories = [...found.histories.values()].reduce((sum, events) => sum + events.length, 0)
  return {
    figures: {
      acknowledged: results('ok'),
      failed: results('failed'),
      unknown: results('unknown'),
      commands: events.length,
      effects: histories,
      poison: 0,
      deadLetters: 0,
      storeCopies: 0,
      damagedCopies: 0,
    },
    violations: [
      ...lost.map(
        ({ n }) => ({ check: 'L', what: `event ${n}, acknowledged, is not in ${orderEvents.name}` }) as const,
      ),
      ...checkReadModel({ events, ...found }),
    ],
  }
}
