/** Records on order-events that nobody can read, and what must become of them. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Log, recordsBuffer } from 'millrace'
import { orderEvents } from '../../schemas/topics'
import { createOrders, untilEnded } from './load'

const key = Buffer.from('poisoned')
const header = { key: 'traceparent', value: Buffer.from('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01') }

/** Garbage, an unknown schema id, a record cut short, and a null. */
export const poison: readonly (Buffer | null)[] = [
  Buffer.from([0xde, 0xad, 0xbe, 0xef, 0x00, 0xff]),
  Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 2, 4, 6]),
  Buffer.from([0, 0, 0, 0, 1, 2]),
  null,
]

/** Puts the poison into one partition and orders behind it; resolves when the orders have come to their end. */
export async function poisonAndGoOn(log: Log, url: string): Promise<void> {
  const producer = await log.producer({ clientId: 'poisoner' })
  const records = recordsBuffer()
  for (const value of poison) records.append(key, value, Date.now(), [header])
  await producer.send([{ topic: orderEvents.name, partition: 2, records }])
  await producer.close()
  await untilEnded(url, await createOrders({ urls: () => [url], count: 20, concurrency: 10 }))
}

export interface ListedLetter {
  readonly partition: number
  readonly offset: number
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: number }
  readonly valueBase64: string | null
  readonly keyBase64: string | null
  readonly headers: readonly (readonly [string, string | null])[]
  readonly replayed: boolean
}

/** What `millrace dlq` says, run as its users run it. */
export async function dlq(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<readonly ListedLetter[]> {
  const root = join(__dirname, '..', '..')
  const { PATH = '', HOME = '' } = process.env
  const { stdout } = await promisify(execFile)(
    join(root, 'node_modules', '.bin', 'millrace'),
    ['dlq', ...args, '--json'],
    {
      cwd: root,
      env: { PATH, HOME, ...env },
    },
  )
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as ListedLetter]))
}

/** Each poison record lies in the dead letters once, with its bytes, key and headers, and says why. */
export async function expectBuried(env: Readonly<Record<string, string>>): Promise<void> {
  const topic = `${orderEvents.name}-dlq`
  const listed = await dlq(env, 'list', topic)
  const shown = await Promise.all(
    listed.map(async ({ partition, offset }) => (await dlq(env, 'show', topic, String(partition), String(offset)))[0]!),
  )
  expect(shown.map(({ valueBase64 }) => valueBase64)).toEqual(poison.map((value) => value?.toString('base64') ?? null))
  for (const letter of shown) {
    expect(letter.keyBase64).toBe(key.toString('base64'))
    expect(letter.source).toMatchObject({ topic: orderEvents.name, partition: 2 })
    expect(letter.headers).toContainEqual([header.key, header.value.toString()])
    expect(letter.headers.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        '__streams.errors.exception',
        '__streams.errors.message',
        '__streams.errors.offset',
        'millrace.errors.time',
        'millrace.errors.attempts',
      ]),
    )
  }
}

/** A replay puts all of them back once; being poison still, they come back as new dead letters. */
export async function expectReplayed(env: Readonly<Record<string, string>>): Promise<void> {
  const topic = `${orderEvents.name}-dlq`
  expect(await dlq(env, 'replay', topic)).toHaveLength(poison.length)
  while ((await dlq(env, 'list', topic)).length < 2 * poison.length)
    await new Promise((resolve) => setTimeout(resolve, 200))
  const letters = await dlq(env, 'list', topic)
  expect(letters.filter(({ replayed }) => replayed)).toHaveLength(poison.length)
  expect(letters).toHaveLength(2 * poison.length)
}
