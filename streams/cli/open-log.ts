import { join } from 'node:path'
import { openEmbeddedLog } from '../log/embedded'
import { kafkaConfigFromEnv, openKafkaLog } from '../log/kafkajs'
import type { Log } from '../log/port'

/**
 * The log that the environment names: a Kafka by `KAFKA_BROKERS`, else the embedded log under `DATA_DIR` (./data). While
 * another process has that open, the command works through it.
 */
export function openLogFromEnv(env: NodeJS.ProcessEnv): Promise<Log> {
  if (env.KAFKA_BROKERS !== undefined && env.KAFKA_BROKERS !== '') return openKafkaLog(kafkaConfigFromEnv(env))
  return openEmbeddedLog(join(env.DATA_DIR ?? 'data', 'log'), { attach: true })
}
