import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { KAFKA_VERSION } from '../../test/kafka/handle'

/** Where and with what: without it a figure means nothing. */
export function machineText(): string {
  const [cpu] = cpus()
  const date = new Date().toISOString().slice(0, 10)
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${date}, ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory} GB, Node ${process.versions.node}, Java ${javaVersion()}, Kafka and Kafka Streams ${KAFKA_VERSION}`
}

function javaVersion(): string {
  try {
    return execFileSync('java', ['--version'], { encoding: 'utf8' }).split(' ')[1] ?? '?'
  } catch {
    return '?'
  }
}
