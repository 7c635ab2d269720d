import type { Clock } from '../clock'
import { systemClock } from '../clock'
import { MillraceError, messageOf } from '../errors'
import type { CommandEnvelope, Outcome } from '../graph/decider'
import type { FetchedBatch, Log, LogReader } from '../log/port'
import { type Logger, silentLogger } from '../logger'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import type { Topic } from '../topics'
import { openTopicWriter } from './topic-writer'

export interface CommandClientOptions<C extends CommandEnvelope, S> {
  readonly log: Log
  readonly commands: Topic<string, C>
  readonly outcomes: Topic<string, Outcome<S>>
  readonly registry?: SchemaRegistry
  readonly personalKeys?: PersonalKeys
  readonly clientId: string
  /** Sees every outcome, also of commands that others sent. */
  readonly onOutcome?: (key: string, outcome: Outcome<S>) => void
  readonly logger?: Logger
  readonly clock?: Clock
}

/**
 * Sends commands to the tasks that own their keys and answers with the outcome, wherever the task runs: the command goes
 * over the log, and so does the outcome.
 */
export interface CommandClient<C extends CommandEnvelope, S> {
  /**
   * @throws MillraceError TIMEOUT when no outcome came within `timeoutMs` (default 10,000): the command's fate is unknown,
   *   and sending it again under the same command id is safe; OutageError LOG_UNAVAILABLE
   */
  send(key: string, command: C, timeoutMs?: number): Promise<Outcome<S>>
  close(): Promise<void>
}

interface Waiting<S> {
  resolve(outcome: Outcome<S>): void
}

const POLL_MS = 1_000

export async function openCommandClient<C extends CommandEnvelope, S>(
  options: CommandClientOptions<C, S>,
): Promise<CommandClient<C, S>> {
  const { log, commands, outcomes, registry, personalKeys, clientId } = options
  const { clock = systemClock, logger = silentLogger } = options
  const writer = await openTopicWriter({ log, topic: commands, clientId, clock, registry, personalKeys })
  const key = outcomes.key.open({ topic: outcomes.name, role: 'key', registry, personalKeys })
  const value = outcomes.value.open({ topic: outcomes.name, role: 'value', registry, personalKeys })
  await Promise.all([key.ready, value.ready])
  const reader = await openAtEnd(log, outcomes.name)
  const closing = new AbortController()
  const waiting = new Map<string, Set<Waiting<S>>>()

  const answer = (batch: FetchedBatch) => {
    for (const record of batch.records) {
      const outcome = value.decode(record.value)
      options.onOutcome?.(key.decode(record.key), outcome)
      for (const { resolve } of waiting.get(outcome.commandId) ?? []) resolve(outcome)
    }
  }
  const listen = async () => {
    while (!closing.signal.aborted) {
      try {
        for (const batch of await reader.poll(POLL_MS)) {
          await value.prepare?.(batch.records.map((record) => record.value))
          answer(batch)
        }
      } catch (error) {
        logger.warn(
          { topic: outcomes.name, err: error },
          `outcomes of ${outcomes.name} cannot be read: ${messageOf(error)}; trying again`,
        )
        await clock.sleep(POLL_MS, closing.signal)
      }
    }
  }
  const listening = listen()

  return {
    send: async (recordKey, command, timeoutMs = 10_000) => {
      const { commandId } = command
      const others = waiting.get(commandId) ?? new Set()
      waiting.set(commandId, others)
      const timer = new AbortController()
      let own: Waiting<S> | undefined
      try {
        const outcome = new Promise<Outcome<S>>((resolve) => {
          own = { resolve }
          others.add(own)
        })
        await writer.write(recordKey, command)
        const timedOut = clock.sleep(timeoutMs, timer.signal).then(() => undefined)
        const first = await Promise.race([outcome, timedOut])
        if (first !== undefined) return first
        throw new MillraceError(
          'TIMEOUT',
          `no outcome of command ${commandId} within ${timeoutMs} ms; its fate is unknown, and repeating it with the same id is safe`,
          { details: { commandId } },
        )
      } finally {
        timer.abort()
        if (own !== undefined) others.delete(own)
        if (others.size === 0) waiting.delete(commandId)
      }
    },
    close: async () => {
      closing.abort()
      reader.wakeup()
      await listening
      await Promise.all([reader.close(), writer.close()])
    },
  }
}

/** A reader of all partitions that sees what is written from now on. */
async function openAtEnd(log: Log, topic: string): Promise<LogReader> {
  const described = (await log.admin.describeTopics([topic])).get(topic)
  if (described === undefined) throw new MillraceError('TOPIC_MISSING', `topic ${topic} does not exist`)
  const partitions = Array.from({ length: described.partitions }, (_, partition) => ({ topic, partition }))
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(await log.admin.offsets(partitions, 'latest'))
  return reader
}
