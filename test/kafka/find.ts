import { dockerAnswers, startDockerKafka } from './docker'
import type { KafkaHandle, StartOptions } from './handle'
import { startLocalKafka } from './java'

export interface FindOptions extends StartOptions {
  /** Told, in one line each, why a way was not taken, and at last that there is none. */
  readonly note?: (line: string) => void
  /** What follows from there being none: the end of that last line. */
  readonly consequence?: string
}

/** The broker named by `KAFKA_BROKERS` (comma-separated), if any. */
export function givenKafka(): KafkaHandle | undefined {
  const brokers = (process.env.KAFKA_BROKERS ?? '').split(',').map((broker) => broker.trim())
  const named = brokers.filter((broker) => broker !== '')
  return named.length === 0 ? undefined : { brokers: named, source: 'KAFKA_BROKERS', stop: async () => undefined }
}

/**
 * A Kafka to use, looked for in this order: `KAFKA_BROKERS`, a Docker engine, Java 17 with Maven. Undefined where there
 * is none; `note` has then been told why.
 */
export async function findKafka(options: FindOptions = {}): Promise<KafkaHandle | undefined> {
  return givenKafka() ?? startKafka(options)
}

/** Like `findKafka`, but always starts one. */
export async function startKafka(options: FindOptions = {}): Promise<KafkaHandle | undefined> {
  const note = options.note ?? (() => undefined)
  if ((options.nodes ?? 1) === 1 && (await dockerAnswers())) {
    try {
      return await startDockerKafka(options)
    } catch (error) {
      note(`Docker answers but did not give a Kafka (${firstLine(error)}); trying Java`)
    }
  }
  try {
    return await startLocalKafka(options)
  } catch (error) {
    const consequence = options.consequence === undefined ? '' : `; ${options.consequence}`
    note(`no Kafka: KAFKA_BROKERS is not set, Docker gave none, and ${firstLine(error)}${consequence}`)
    return undefined
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? message).trim()
}
