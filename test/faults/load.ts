import { setTimeout as sleep } from 'node:timers/promises'
import { type Log, OutageError, openTopicWriter, systemClock } from 'millrace'
import type { Command, Flow } from './flow'
import type { Random } from './random'

/** What became of one send. An operation that ended in an outage is unknown: it may be in the log or not. */
export type Result = 'ok' | 'failed' | 'unknown'

export interface Operation {
  readonly n: number
  readonly key: string
  readonly bytes: Buffer
  readonly kind: 'command' | 'no JSON' | 'refused'
  readonly result: Result
  /** Where it is, if that is known. */
  readonly place?: { readonly partition: number; readonly offset: number }
}

export interface Load {
  readonly sent: number
  /** Resolves when everything sent has its result. */
  stop(): Promise<readonly Operation[]>
}

export interface LoadOptions {
  readonly log: Log
  readonly flow: Flow
  readonly random: Random
  readonly perSecond: number
}

const KEYS = 300
const GROUPS = 20
const TICK_MS = 20
const POISON_ONE_IN = 150
/** More than these without an answer, and it waits: an outage must not pile up memory. */
const MAX_PENDING = 4_000

/** Sends commands at a steady rate until stopped, and keeps a journal of what became of each. */
export async function startLoad({ log, flow, random, perSecond }: LoadOptions): Promise<Load> {
  const writer = await openTopicWriter({ log, topic: flow.rawCommands, clientId: 'load', clock: systemClock })
  const journal: Operation[] = []
  const pending = new Set<Promise<void>>()
  let stopped = false
  let sent = 0

  const sendOne = () => {
    const n = sent
    sent += 1
    const key = `key-${random.below(KEYS)}`
    const { kind, bytes } = make(n, `group-${random.below(GROUPS)}`, random)
    const note = (result: Result, place?: Operation['place']) => {
      journal.push({ n, key, bytes, kind, result, ...(place && { place }) })
    }
    const operation = writer
      .write(key, bytes)
      .then(
        ({ partition, offset }) => note('ok', { partition, offset }),
        (error: unknown) => note(error instanceof OutageError ? 'unknown' : 'failed'),
      )
      .finally(() => pending.delete(operation))
    pending.add(operation)
  }
  const run = async () => {
    let due = 0
    let before = Date.now()
    while (!stopped) {
      await sleep(TICK_MS)
      const now = Date.now()
      due = Math.min(due + ((now - before) * perSecond) / 1_000, perSecond)
      before = now
      for (; due >= 1 && pending.size < MAX_PENDING; due -= 1) sendOne()
    }
  }
  const running = run()
  return {
    get sent() {
      return sent
    },
    stop: async () => {
      stopped = true
      await running
      await Promise.all(pending)
      await writer.close()
      return journal
    },
  }
}

function make(n: number, group: string, random: Random): Pick<Operation, 'kind' | 'bytes'> {
  const command: Command = { n, group }
  if (random.below(POISON_ONE_IN) > 0) return { kind: 'command', bytes: Buffer.from(JSON.stringify(command)) }
  if (random.below(2) === 0)
    return { kind: 'refused', bytes: Buffer.from(JSON.stringify({ ...command, refuse: true })) }
  return { kind: 'no JSON', bytes: Buffer.concat([Buffer.from(`{"n":${n},`), random.bytes(random.below(40))]) }
}
