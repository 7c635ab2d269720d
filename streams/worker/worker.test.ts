import { stream } from '../dsl/stream'
import { OutageError } from '../errors'
import type { Aggregate, CommandEnvelope, Decider, EventEnvelope, Outcome } from '../graph/decider'
import { deadLetter } from '../graph/policy'
import { type Topology, topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import type { Log } from '../log/port'
import { readRanges, wholeRanges } from '../log/read-range'
import { recordsBuffer } from '../log/records'
import { json, string } from '../serdes'
import { keyValueStore, memoryStateDirectory } from '../stores'
import { until } from '../test/workers'
import { topic } from '../topics'
import { openCommandClient } from './command-client'
import { readDeadLetters, replayDeadLetters } from './dead-letters'
import type { WorkerOptions } from './options'
import { openTopicWriter } from './topic-writer'
import { createWorker, type Worker } from './worker'

interface Add extends CommandEnvelope {
  readonly add: number
}
interface Added extends EventEnvelope {
  readonly amount: number
}
const sum: Decider<number, Add, Added> = {
  initial: 0,
  decide: ({ add }) => [{ amount: add }],
  evolve: (total, { amount }) => total + amount,
}
const commands = topic('commands', { key: string, value: json<Add>(), partitions: 4 })
const events = topic('events', { key: string, value: json<Added>(), partitions: 4 })
const outcomes = topic('outcomes', { key: string, value: json<Outcome<number>>(), partitions: 4 })
const sums = keyValueStore('sums', { key: string, value: json<Aggregate<number>>() })
const decided = stream(commands).decide(sums, sum)
const adding = topology('adding', [decided.events.to(events), decided.outcomes.to(outcomes)])

const guarantees = ['at_least_once', 'exactly_once_v2'] as const

async function readAll(log: Log, name: string): Promise<readonly string[]> {
  const { partitions } = (await log.admin.describeTopics([name])).get(name)!
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }))
  const values: string[] = []
  for await (const { records } of readRanges(log, await wholeRanges(log, all)))
    values.push(...records.map(({ value }) => String(value)))
  return values
}

describe.each(guarantees)('a worker with %s', (guarantee) => {
  let log: Log
  const running: Worker[] = []
  const start = async (of: Topology, options: Partial<WorkerOptions> = {}): Promise<Worker> => {
    const worker = createWorker({ topology: of, log, guarantee, commitIntervalMs: 20, onError: deadLetter, ...options })
    running.push(worker)
    await worker.start()
    return worker
  }
  const send = async (count: number, from = 0) => {
    const writer = await openTopicWriter({
      log,
      topic: commands,
      clientId: 'test',
      clock: { now: () => 1, sleep: async () => undefined },
    })
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        writer.write(`key-${(from + index) % 10}`, { commandId: `c${from + index}`, expectedVersion: null, add: 1 }),
      ),
    )
    await writer.close()
  }
  beforeEach(() => {
    log = memoryLog()
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.close()))
    await log.close()
  })

  test('processes what it is given and answers commands', async () => {
    const worker = await start(adding)
    await until(() => worker.ready)
    const client = await openCommandClient({ log, commands, outcomes, clientId: 'test' })
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        client.send(`key-${index % 5}`, { commandId: `c${index}`, expectedVersion: null, add: 1 }),
      ),
    )
    expect(answers.every(({ accepted }) => accepted)).toBe(true)
    expect(Math.max(...answers.map(({ version }) => version))).toBe(10)
    await client.close()
  })

  test('goes on where it was after a stop, from its stores or from the changelog', async () => {
    const state = memoryStateDirectory()
    const first = await start(adding, { state })
    await send(40)
    await until(async () => (await readAll(log, 'events')).length === 40)
    await first.close()
    await send(40, 40)
    const second = await start(adding, { state: memoryStateDirectory() })
    await until(async () => (await readAll(log, 'events')).length === 80)
    await second.close()
    await send(10, 80)
    const third = await start(adding, { state })
    await until(async () => (await readAll(log, 'events')).length === 90)
    await third.close()
    const versions = (await readAll(log, 'events')).map((value) => JSON.parse(value) as Added)
    for (let key = 0; key < 10; key += 1) {
      const own = versions.filter(({ aggregateId }) => aggregateId === `key-${key}`).map(({ version }) => version)
      expect(own).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
  })

  test('shares its tasks with a second one and takes them back when that one leaves', async () => {
    const first = await start(adding)
    await until(() => first.ready && first.tasks.length === 4)
    const second = await start(adding)
    await until(() => second.ready && second.tasks.length === 2 && first.ready && first.tasks.length === 2)
    await send(60)
    await until(async () => (await readAll(log, 'events')).length === 60)
    await second.close()
    await until(() => first.ready && first.tasks.length === 4)
    await send(60, 60)
    await until(async () => (await readAll(log, 'events')).length === 120)
    const ids = (await readAll(log, 'events')).map((value) => (JSON.parse(value) as Added).eventId)
    expect(new Set(ids).size).toBe(120)
  })

  test.each([0, 10])(
    'restores a store again when somebody else writes to its changelog after %d of its own',
    async (own) => {
      const worker = await start(adding, {
        clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))) },
      })
      await until(() => worker.ready)
      await send(own)
      await until(async () => (await readAll(log, 'events')).length === own)
      const producer = await log.producer({ clientId: 'stranger' })
      for (let partition = 0; partition < 4; partition += 1) {
        const records = recordsBuffer()
        records.append(
          Buffer.from('stranger'),
          Buffer.from(JSON.stringify({ version: 1, state: 7, handled: [] })),
          1,
          [],
        )
        await producer.send([{ topic: 'adding-sums-changelog', partition, records }])
      }
      await send(10, own)
      await until(
        async () =>
          new Set((await readAll(log, 'events')).map((value) => (JSON.parse(value) as Added).eventId)).size ===
          own + 10,
      )
      if (guarantee === 'exactly_once_v2') return
      await until(() => worker.counters.taskRestarts.count > 0 && worker.ready)
      const views = () => worker.localStores('sums') as readonly { get(key: string): Aggregate<number> | undefined }[]
      await until(() => views().some((store) => store.get('stranger')?.state === 7))
      await producer.close()
    },
  )

  test('puts poison into the dead letters once, byte for byte, and goes on', async () => {
    const worker = await start(adding)
    const producer = await log.producer({ clientId: 'test' })
    const records = recordsBuffer()
    records.append(Buffer.from('key-1'), Buffer.from([0xff, 0x00, 0x01]), 5, [{ key: 'h', value: Buffer.from('v') }])
    records.append(Buffer.from('key-1'), null, 6, [])
    await producer.send([{ topic: 'commands', partition: 0, records }])
    await send(20)
    await until(async () => (await readAll(log, 'events')).length === 20)
    await worker.close()
    const letters = []
    for await (const letter of readDeadLetters(log, 'commands-dlq')) letters.push(letter)
    expect(
      letters.map(({ source, record, attempts }) => [source, record.value, record.headers[0]?.key, attempts]),
    ).toEqual([
      [{ topic: 'commands', partition: 0, offset: 0 }, Buffer.from([0xff, 0x00, 0x01]), 'h', 1],
      [{ topic: 'commands', partition: 0, offset: 1 }, null, '__streams.errors.exception', 1],
    ])
    expect(await replayDeadLetters(log, 'commands-dlq')).toHaveLength(2)
    expect(await replayDeadLetters(log, 'commands-dlq')).toHaveLength(0)
    await producer.close()
  })

  test('stops and says why where the policy is to fail', async () => {
    const worker = await start(
      topology('failing', [
        stream(commands)
          .mapValues(() => {
            throw new Error('no')
          })
          .foreach(() => undefined),
      ]),
      {
        onError: { deserialization: 'fail', processing: 'fail', production: 'fail' },
      },
    )
    await send(1)
    await expect(worker.done).rejects.toMatchObject({
      code: 'PROCESSING_FAILED',
      message: expect.stringContaining('commands-'),
    })
    expect(worker.state).toBe('ERROR')
  })

  test('refuses to start where a topic it writes to does not exist and may not be created', async () => {
    const nowhere = topic('nowhere', { key: string, value: json<Add>() })
    await expect(start(topology('lost', [stream(commands).to(nowhere)]))).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      message: expect.stringContaining('nowhere'),
    })
  })

  test('refuses to start on what another topology has left behind, and says what has changed', async () => {
    const first = await start(adding)
    await until(() => first.ready)
    await first.close()
    const renamed = keyValueStore('totals', { key: string, value: json<Aggregate<number>>() })
    const other = topology('adding', [stream(commands).decide(renamed, sum).events.to(events)])
    await expect(start(other)).rejects.toMatchObject({
      code: 'TOPOLOGY_INCOMPATIBLE',
      message: expect.stringContaining('sums'),
    })
    const accepted = await start(other, { acceptTopologyChanges: true })
    await until(() => accepted.ready)
  })

  test('waits while a batch sink does not answer, and hands over every record', async () => {
    const seen = new Set<string>()
    let refusals = 3
    const sink = {
      write: async (batch: readonly { readonly value: Add }[]) => {
        if (refusals-- > 0) throw new OutageError('STATE_UNAVAILABLE', 'down')
        for (const { value } of batch) seen.add(value.commandId)
      },
    }
    await start(topology('projecting', [stream(commands).toBatchSink('sink', sink)]), {
      clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))) },
    })
    await send(30)
    await until(() => seen.size === 30)
    const letters = []
    for await (const letter of readDeadLetters(log, 'commands-dlq')) letters.push(letter)
    expect(letters).toEqual([])
  })
})
