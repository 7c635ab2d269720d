import { FencedError, MillraceError, OutageError, TerminalError } from '../errors'
import { memoryLog } from '../log/embedded'
import type { Log, LogProducer, OutgoingBatch } from '../log/port'
import { json, string } from '../serdes'
import { topic } from '../topics'
import { type DeadLetter, readDeadLetters } from './dead-letters'
import { openPublisher, type PublisherOptions } from './publisher'

interface Fact {
  readonly id: string
  readonly text: string
}

const facts = topic('facts', { key: string, value: json<Fact>(), partitions: 2 })
const fact = (id: string, text = 'x'): Fact => ({ id, text })

/** Time passes only by sleeping, and at once. */
function hurriedClock() {
  let now = 1_000_000
  const slept: number[] = []
  const sleep = async (ms: number, signal?: AbortSignal) => {
    if (signal?.aborted || ms === 0) return
    now += ms
    slept.push(ms)
  }
  return { now: () => now, sleep, slept }
}

type Fault = (batch: OutgoingBatch, attempt: number) => Error | undefined

/** A log whose producers fail as the fault says, for whole sends, as a real one does. */
function failing(log: Log, fault: Fault): Log {
  let attempt = 0
  const broken = (producer: LogProducer): LogProducer => ({
    close: () => producer.close(),
    send: async (batches) => {
      attempt += 1
      const error = batches.map((batch) => fault(batch, attempt)).find((found) => found !== undefined)
      if (error !== undefined) throw error
      return producer.send(batches)
    },
  })
  return {
    ...log,
    kind: log.kind,
    admin: log.admin,
    producer: async (options) => broken(await log.producer(options)),
    reader: (options) => log.reader(options),
  }
}

const onFacts =
  (error: () => Error): Fault =>
  ({ topic: name }, attempt) =>
    name === 'facts' && attempt > 0 ? error() : undefined

interface Line {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

describe('a publisher', () => {
  let log: Log
  let clock: ReturnType<typeof hurriedClock>
  let lines: Line[]
  beforeEach(async () => {
    log = memoryLog()
    clock = hurriedClock()
    lines = []
  })
  afterEach(() => log.close())

  const logger = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (fields: object, message: string) => void lines.push({ level, fields: { ...fields }, message }),
    ]),
  ) as unknown as NonNullable<PublisherOptions<string, Fact>['logger']>

  const open = (fault: Fault = () => undefined, options: Partial<PublisherOptions<string, Fact>> = {}) =>
    openPublisher({
      log: failing(log, fault),
      topic: facts,
      keyOf: ({ id }: Fact) => id,
      clientId: 'test',
      clock,
      logger,
      ...options,
    })

  async function published(): Promise<readonly string[]> {
    const all = [0, 1].map((partition) => ({ topic: 'facts', partition }))
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign(await log.admin.offsets(all, 'earliest'))
    const end = (await log.admin.offsets(all, 'latest')).reduce((sum, { offset }) => sum + offset, 0)
    const values: string[] = []
    while (values.length < end) {
      for (const { records } of await reader.poll(100))
        values.push(...records.map(({ value }) => JSON.parse(String(value)).id))
    }
    await reader.close()
    return values.sort()
  }

  async function deadLetters(): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = []
    for await (const letter of readDeadLetters(log, 'facts-dlq')) letters.push(letter)
    return letters
  }

  test('says where an event lies, in one line too, and puts the events of a key into one partition in order', async () => {
    const publisher = await open()
    const first = await publisher.publish(fact('a'))
    const second = await publisher.publish(fact('a'))
    expect(second).toEqual({ ...first, offset: first.offset + 1 })
    expect(first).toEqual({ topic: 'facts', partition: expect.any(Number), offset: 0 })
    expect(lines).toEqual(
      [first, second].map((written) => ({
        level: 'debug',
        fields: written,
        message: `published facts-${written.partition} offset ${written.offset}`,
      })),
    )
    await publisher.close()
  })

  test('stamps an event with its own time where it has one', async () => {
    const publisher = await open(undefined, { timestampOf: () => 77 })
    const { partition } = await publisher.publish(fact('a'))
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign([{ topic: 'facts', partition, offset: 0 }])
    expect((await reader.poll(100))[0]?.records.at(0)?.timestamp).toBe(77)
    await reader.close()
    await publisher.close()
  })

  test('retries what may pass after 1 s, 2 s and 4 s, and the event is written once', async () => {
    const publisher = await open(({ topic: name }, attempt) =>
      name === 'facts' && attempt <= 3 ? new Error('busy') : undefined,
    )
    await publisher.publish(fact('a'))
    expect(clock.slept).toEqual([1_000, 2_000, 4_000])
    expect(await published()).toEqual(['a'])
    expect(await deadLetters()).toEqual([])
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(3)
    await publisher.close()
  })

  test('dead-letters what does not pass, with its bytes, its reason, its time and its attempts', async () => {
    const publisher = await open(onFacts(() => new Error('busy')))
    const error: unknown = await publisher.publish(fact('a', 'kept')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(MillraceError)
    const [letter, ...others] = await deadLetters()
    expect(error).toMatchObject({
      code: 'PRODUCTION_FAILED',
      details: { attempts: 4, deadLetter: { topic: 'facts-dlq', partition: letter!.partition, offset: 0 } },
    })
    expect(others).toEqual([])
    expect(letter).toMatchObject({
      message: 'busy',
      stage: 'production',
      attempts: 4,
      time: new Date(1_007_000).toISOString(),
      source: { topic: 'facts' },
    })
    expect(JSON.parse(String(letter!.record.value))).toEqual(fact('a', 'kept'))
    expect(String(letter!.record.key)).toBe('a')
    expect(lines.at(-1)).toMatchObject({ level: 'error', fields: { topic: 'facts-dlq', offset: 0 } })
    expect(await published()).toEqual([])
    await publisher.close()
  })

  test('does not retry what no retry helps, and does not let its neighbours suffer for it', async () => {
    const tooLarge = () => new TerminalError('RECORD_TOO_LARGE', 'too large')
    const publisher = await open(({ topic: name, records }) =>
      name === 'facts' && records.byteLength > 1_000 ? tooLarge() : undefined,
    )
    const ids = ['a', 'b', 'c', 'd', 'e']
    const outcomes = await Promise.allSettled(
      ids.map((id) => publisher.publish(fact(id, id === 'c' ? 'x'.repeat(2_000) : 'x'))),
    )
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(await published()).toEqual(['a', 'b', 'd', 'e'])
    expect((await deadLetters()).map(({ record, code }) => [String(record.key), code])).toEqual([
      ['c', 'RECORD_TOO_LARGE'],
    ])
    expect(clock.slept).toEqual([])
    await publisher.close()
  })

  test('dead-letters an event that has no bytes as text', async () => {
    const circular = { id: 'a', text: 'x' } as Fact & { self?: unknown }
    circular.self = circular
    const publisher = await open()
    await expect(publisher.publish(circular)).rejects.toMatchObject({
      code: 'PRODUCTION_FAILED',
      cause: { code: 'SERIALIZATION_FAILED' },
    })
    expect(await deadLetters()).toMatchObject([{ code: 'SERIALIZATION_FAILED', attempts: 1, record: { key: null } }])
    await publisher.close()
  })

  test('waits an outage out and dead-letters nothing', async () => {
    const publisher = await open(({ topic: name }, attempt) =>
      name === 'facts' && attempt <= 10 ? new OutageError('LOG_UNAVAILABLE', 'away') : undefined,
    )
    await publisher.publish(fact('a'))
    expect(clock.slept).toEqual([1_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000])
    expect(await published()).toEqual(['a'])
    expect(await deadLetters()).toEqual([])
    await publisher.close()
  })

  test('gives an outage up after a time, and still dead-letters nothing', async () => {
    const publisher = await open(
      onFacts(() => new OutageError('LOG_UNAVAILABLE', 'away')),
      { outageTimeoutMs: 10_000 },
    )
    await expect(publisher.publish(fact('a'))).rejects.toBeInstanceOf(OutageError)
    expect(clock.slept).toEqual([1_000, 2_000, 4_000, 4_000])
    expect(await deadLetters()).toEqual([])
    await publisher.close()
  })

  test('does not write under an identity that another has taken', async () => {
    const publisher = await open(onFacts(() => new FencedError('PRODUCER_FENCED', 'taken')))
    await expect(publisher.publish(fact('a'))).rejects.toBeInstanceOf(FencedError)
    expect(clock.slept).toEqual([])
    expect(await deadLetters()).toEqual([])
    await publisher.close()
  })

  test('says what became of an event whose caller did not wait', async () => {
    const publisher = await open(({ topic: name }, attempt) =>
      name === 'facts' && attempt > 1 ? new FencedError('PRODUCER_FENCED', 'taken') : undefined,
    )
    publisher.publishAsync(fact('a'))
    await new Promise((resolve) => setImmediate(resolve))
    publisher.publishAsync(fact('b'))
    await publisher.close()
    expect(lines.map(({ level }) => level)).toEqual(['debug', 'error'])
    expect(lines[1]?.message).toMatch(/not published: taken/)
  })

  test('when even the dead letters cannot be written, the first error is thrown and the event is in the log lines', async () => {
    const publisher = await open(() => new Error('broken'))
    await expect(publisher.publish(fact('a', 'precious'))).rejects.toThrow('broken')
    expect(lines.at(-1)).toMatchObject({ level: 'error', fields: { event: expect.stringContaining('precious') } })
    await publisher.close()
  })

  test('lets only so many events wait', async () => {
    const publisher = await open(undefined, { maxPending: 2 })
    const waiting = [publisher.publish(fact('a')), publisher.publish(fact('b'))]
    await expect(publisher.publish(fact('c'))).rejects.toBeInstanceOf(OutageError)
    expect(() => publisher.publishAsync(fact('d'))).toThrow(OutageError)
    await Promise.all(waiting)
    await publisher.publish(fact('e'))
    await publisher.close()
  })

  test('closes after what is under way, but waits for no log that is away', async () => {
    const publisher = await open()
    const waiting = publisher.publish(fact('a'))
    await publisher.close()
    expect(await waiting).toMatchObject({ offset: 0 })
    await expect(publisher.publish(fact('b'))).rejects.toMatchObject({ code: 'CLOSED' })
    expect(() => publisher.publishAsync(fact('b'))).toThrow('closed')

    const cut = await open(onFacts(() => new OutageError('LOG_UNAVAILABLE', 'away')))
    const lost = cut.publish(fact('c')).catch((error: unknown) => error)
    await cut.close()
    expect(await lost).toBeInstanceOf(OutageError)
  })

  test('needs its topic, or the right to create it', async () => {
    const unknown = topic('unknown', { key: string, value: json<Fact>() })
    await expect(
      openPublisher({ log, topic: unknown, keyOf: ({ id }: Fact) => id, clientId: 'test' }),
    ).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
  })
})
