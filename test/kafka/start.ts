import { parseArgs } from 'node:util'
import { startKafka } from './find'
import { KAFKA_VERSION } from './handle'

const HELP = `Starts a throw-away Kafka ${KAFKA_VERSION} in Docker or, failing that, with Java 17 and Maven; Ctrl-C stops it and removes its data.

  npm run kafka -- [--port <port>] [--nodes <n>] [--json]

  --port <port>  the port of the (first) broker; a free one by default
  --nodes <n>    a cluster of n brokers (Java only); default 1
  --json         print {"brokers": [...], "source": "..."} instead of text
`

interface Arguments {
  readonly port?: number
  readonly nodes: number
  readonly json: boolean
}

function readArguments(): Arguments | 'help' {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      port: { type: 'string' },
      nodes: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  return {
    ...(values.port === undefined ? {} : { port: wholeNumber('--port', values.port, 65_535) }),
    nodes: wholeNumber('--nodes', values.nodes ?? '1', 9),
    json: values.json ?? false,
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > max) {
    throw new Error(`${name} must be a whole number from 1 to ${max}, not "${text}"`)
  }
  return number
}

async function main(): Promise<void> {
  const args = readArguments()
  if (args === 'help') {
    process.stdout.write(HELP)
    return
  }
  const kafka = await startKafka({ ...args, note: (line) => process.stderr.write(`${line}\n`) })
  if (kafka === undefined) {
    process.exitCode = 1
    return
  }
  const brokers = kafka.brokers.join(',')
  process.stdout.write(
    args.json
      ? `${JSON.stringify({ brokers: kafka.brokers, source: kafka.source })}\n`
      : `Kafka ${KAFKA_VERSION} (${kafka.source}) is up at ${brokers}\nUse it:  KAFKA_BROKERS=${brokers} npm start\nCtrl-C stops it and removes its data.\n`,
  )
  await stopSignal()
  await kafka.stop()
  process.exit(0)
}

/** Keeps the process alive meanwhile: a child alone would not. */
function stopSignal(): Promise<void> {
  const alive = setInterval(() => undefined, 1 << 30)
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(alive)
      resolve()
    }
    process.once('SIGINT', stop).once('SIGTERM', stop)
  })
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
})
