import { join } from 'node:path'
import { openEmbeddedLog } from '../log/embedded'
import { kafkaConfigFromEnv, openKafkaLog } from '../log/kafkajs'
import type { Log } from '../log/port'

/** A person waits for the answer. */
const OUTAGE_AFTER_MS = 10_000

/**
 * The log that the environment names: a Kafka by `KAFKA_BROKERS`, else the embedded log under `DATA_DIR` (./data). While
 * another process has that open, the command works through it.
 */
export function openLogFromEnv(env: NodeJS.ProcessEnv): Promise<Log> {
  if (env.KAFKA_BROKERS !== undefined && env.KAFKA_BROKERS !== '')
    return openKafkaLog({ ...kafkaConfigFromEnv(env), outageAfterMs: OUTAGE_AFTER_MS })
  return openEmbeddedLog(join(env.DATA_DIR ?? 'data', 'log'), { attach: true })
}
