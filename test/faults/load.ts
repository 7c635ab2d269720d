import { setTimeout as sleep } from 'node:timers/promises'
import { type Log, OutageError, openTopicWriter, systemClock } from 'millrace'
import type { Codec } from './codec'
import type { Command, Flow } from './flow'
import { openJournal } from './journal'
import type { Random } from './random'

/** What became of one send. An operation that ended in an outage is unknown: it may be in the log or not. */
export type Result = 'ok' | 'failed' | 'unknown'

export interface Operation {
  readonly n: number
  readonly key: string
  readonly bytes: Buffer | null
  readonly kind: 'command' | 'garbage' | 'refused'
  readonly result: Result
  /** Where it is, if that is known. */
  readonly place?: { readonly partition: number; readonly offset: number }
}

export interface Load {
  readonly sent: number
  /** From now on one command in so many is poison; 0 for none. */
  setPoison(oneIn: number): void
  /** Sends one more record that is none of the commands, in between. */
  sendGarbage(bytes: Buffer | null): void
  /** Resolves when everything sent has its result. Stopping twice is fine. */
  stop(): Promise<readonly Operation[]>
}

export interface LoadOptions {
  readonly log: Log
  readonly flow: Flow
  readonly codec: Codec
  readonly random: Random
  readonly perSecond: number
  readonly journalFile: string
}

const KEYS = 300
const GROUPS = 20
const TICK_MS = 20
const POISON_ONE_IN = 150
/** More than these without an answer, and it waits: an outage must not pile up memory. */
const MAX_PENDING = 4_000

/** Sends commands at a steady rate until stopped, and keeps a journal of what became of each. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { log, flow, codec, random, perSecond, journalFile } = options
  const writer = await openTopicWriter({ log, topic: flow.rawCommands, clientId: 'load', clock: systemClock })
  const journal = openJournal(journalFile)
  const pending = new Set<Promise<void>>()
  let poisonOneIn = POISON_ONE_IN
  let stopping: Promise<readonly Operation[]> | undefined
  let sent = 0

  const send = (kind: Operation['kind'], bytes: Buffer | null) => {
    const n = sent
    sent += 1
    const key = `key-${random.below(KEYS)}`
    const note = (result: Result, place?: Operation['place']) =>
      journal.note({ n, key, bytes, kind, result, ...(place && { place }) })
    const operation = writer
      .write(key, bytes)
      .then(
        ({ partition, offset }) => note('ok', { partition, offset }),
        (error: unknown) => note(error instanceof OutageError ? 'unknown' : 'failed'),
      )
      .finally(() => pending.delete(operation))
    pending.add(operation)
  }
  const sendNext = () => {
    const command: Command = { n: sent, group: `group-${random.below(GROUPS)}` }
    if (poisonOneIn === 0 || random.below(poisonOneIn) > 0) send('command', codec.encode(command))
    else if (random.below(2) === 0) send('refused', codec.encode({ ...command, refuse: true }))
    else send('garbage', codec.garbage(sent, random))
  }
  const run = async () => {
    let due = 0
    let before = Date.now()
    while (stopping === undefined) {
      await sleep(TICK_MS)
      const now = Date.now()
      due = Math.min(due + ((now - before) * perSecond) / 1_000, perSecond)
      before = now
      for (; due >= 1 && pending.size < MAX_PENDING; due -= 1) sendNext()
    }
  }
  const running = run()
  const end = async () => {
    await running
    await Promise.all(pending)
    await writer.close()
    await journal.close()
    return journal.operations
  }
  return {
    get sent() {
      return sent
    },
    setPoison: (oneIn) => {
      poisonOneIn = oneIn
    },
    sendGarbage: (bytes) => send('garbage', bytes),
    stop: () => {
      stopping ??= end()
      return stopping
    },
  }
}
