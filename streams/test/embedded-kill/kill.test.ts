/** The embedded log keeps its word when its process is killed at any moment. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openEmbeddedLog } from '../../log/embedded'
import type { Log, LogRecord } from '../../log/port'
import { groupId, isAborted, keys, planOf, textOf, topics } from './plan'

const rounds = 8
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** The numbers that the writer was told are stored. */
interface Acknowledged {
  readonly transaction: number[]
  readonly plain: number[]
}

test(`committed transactions are whole and there after kill -9, all others are not (SEED=${seed})`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-kill-'))
  const random = randomNumbers(seed)
  const acknowledged: Acknowledged = { transaction: [], plain: [] }
  for (let round = 0; round < rounds; round++) {
    const before = acknowledged.plain.length
    await writeUntilKilled(directory, acknowledged, { lines: 2 + random(150), ms: random(30) })
    const log = await openEmbeddedLog(directory)
    try {
      await expectWhole(log, acknowledged)
    } finally {
      await log.close()
    }
    expect(acknowledged.plain.length).toBeGreaterThan(before)
  }
  rmSync(directory, { recursive: true })
}, 180_000)

/** Kills the writer some ms after so many acknowledgements. */
async function writeUntilKilled(
  directory: string,
  acknowledged: Acknowledged,
  when: { readonly lines: number; readonly ms: number },
): Promise<void> {
  const writer = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'writer.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    writer.once('close', (_code, signal) => resolve(signal)),
  )
  let lines = 0
  createInterface({ input: writer.stdout }).on('line', (line) => {
    const [kind, number] = line.split(' ')
    acknowledged[kind as keyof Acknowledged].push(Number(number))
    if (++lines === when.lines) setTimeout(() => writer.kill('SIGKILL'), when.ms)
  })
  expect(await ended).toBe('SIGKILL')
}

async function expectWhole(log: Log, acknowledged: Acknowledged): Promise<void> {
  const ledger = await Promise.all([0, 1, 2, 3].map((partition) => readAll(log, topics.ledger.name, partition)))
  const last = Math.max(-1, ...ledger.flat().map(numberOf))
  const lastAcknowledged = acknowledged.transaction.at(-1) ?? -1

  const [committed] = await log.admin.committedOffsets(groupId, [{ topic: topics.ledger.name, partition: 0 }])
  // Beside the acknowledged there is at most the one that was committing; a transaction may have no records at all.
  const decided = (committed?.offset ?? 0) - 1
  expect(decided).toBeGreaterThanOrEqual(Math.max(last, lastAcknowledged))
  expect(decided).toBeLessThanOrEqual(lastAcknowledged + 2)

  for (const [partition, records] of ledger.entries()) {
    const expected: number[] = []
    for (let number = 0; number <= decided; number++) {
      const count = isAborted(number) ? 0 : (planOf(number).get(partition) ?? 0)
      expected.push(...Array.from({ length: count }, () => number))
    }
    expect(records.map(numberOf)).toEqual(expected)
    expect(records.filter((record) => !record.value?.equals(textOf(numberOf(record))))).toEqual([])
  }
  await expectPlain(log, acknowledged.plain)
}

async function expectPlain(log: Log, acknowledged: readonly number[]): Promise<void> {
  const plain = await Promise.all([0, 1].map((partition) => readAll(log, topics.plain.name, partition)))
  const numbers = new Set(plain.flat().map(numberOf))
  expect(acknowledged.filter((number) => !numbers.has(number))).toEqual([])

  const latest = new Map<string, number>()
  for (const record of await readAll(log, topics.latest.name, 0)) latest.set(`${record.key}`, numberOf(record))
  expect(acknowledged.filter((number) => !(latest.get(`${number % keys}`)! >= number))).toEqual([])
}

async function readAll(log: Log, topic: string, partition: number): Promise<LogRecord[]> {
  const [end] = await log.admin.offsets([{ topic, partition }], 'latest')
  const [start] = await log.admin.offsets([{ topic, partition }], 'earliest')
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign([start!])
  const records: LogRecord[] = []
  for (let next = start!.offset; next < end!.offset; ) {
    const [batch] = await reader.poll(1000)
    records.push(...batch!.records)
    next = batch!.nextOffset
  }
  await reader.close()
  return records
}

function numberOf(record: LogRecord): number {
  return Number.parseInt(record.value!.toString(), 10)
}

/** A small generator, so that a failure can be had again by its seed. */
function randomNumbers(from: number): (below: number) => number {
  let state = from
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
