/**
 * Runs an example as a worker, feeds it what is typed and prints what it writes; README.md says how. On the Kafka that
 * `KAFKA_BROKERS` names, else on an embedded log under `DATA_DIR` (./data/examples). With `APPLICATION_SERVER` (host:port)
 * its stores are answered over HTTP.
 */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  createWorker,
  kafkaConfigFromEnv,
  type Log,
  levelStateDirectory,
  messageOf,
  openEmbeddedLog,
  openKafkaLog,
  openTopicWriter,
  stream,
  systemClock,
  type Topic,
  type Topology,
  topology,
} from 'millrace'

type AnyTopic = Topic<unknown, unknown>

async function main(example: string): Promise<void> {
  const directory = process.env.DATA_DIR ?? join('data', 'examples')
  const { flow, inputs, outputs } = await load(example)
  const log = process.env.KAFKA_BROKERS
    ? await openKafkaLog(kafkaConfigFromEnv(process.env))
    : await openEmbeddedLog(join(directory, 'log'))
  const workers = [
    createWorker({
      topology: flow,
      log,
      state: levelStateDirectory(join(directory, 'state'), flow.name),
      applicationServer: process.env.APPLICATION_SERVER,
    }),
    createWorker({ topology: printing(flow.name, outputs), log }),
  ]
  for (const worker of workers) await worker.start()
  process.once('SIGINT', async () => {
    await Promise.all(workers.map((worker) => worker.close()))
    await log.close()
    process.exit(0)
  })
  console.log(`Type "<topic> <key or -> <value>"; the topics are ${inputs.map(({ name }) => name).join(', ')}.`)
  await Promise.race([feed(log, inputs), ...workers.map(({ done }) => done)])
}

/** An example exports one topology and its topics; those it does not read are its outputs. */
async function load(example: string) {
  const exported: readonly unknown[] = Object.values(await import(`./${example}`))
  const has = (value: unknown, ...parts: readonly string[]) =>
    typeof value === 'object' && value !== null && parts.every((part) => part in value)
  const flow = exported.find((value) => has(value, 'subTopologies')) as Topology
  const topics = exported.filter((value) => has(value, 'key', 'value', 'config')) as readonly AnyTopic[]
  const read = new Set(flow.subTopologies.flatMap(({ sources }) => sources.map(({ topic }) => topic.name)))
  return {
    flow,
    inputs: topics.filter(({ name }) => read.has(name)),
    outputs: topics.filter(({ name }) => !read.has(name)),
  }
}

function printing(example: string, outputs: readonly AnyTopic[]): Topology {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  return topology(
    `${example}-printed`,
    outputs.map((output) =>
      stream(output).foreach((value, key) => console.log(`${output.name} ${text(key)} ${text(value)}`)),
    ),
  )
}

/** Writes each line typed to its topic. */
async function feed(log: Log, inputs: readonly AnyTopic[]): Promise<void> {
  const open = inputs.map(async (topic) => {
    const writer = await openTopicWriter({ log, topic, clientId: 'typed', clock: systemClock })
    return [topic.name, { topic, writer }] as const
  })
  const writers = new Map(await Promise.all(open))
  for await (const line of createInterface({ input: process.stdin })) {
    const [, name = '', key, text = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? []
    const known = writers.get(name)
    if (known === undefined) {
      console.log(`"${line}" does not begin with one of ${[...writers.keys()].join(', ')}, a key and a value`)
      continue
    }
    const write = async () =>
      known.writer.write(key === '-' ? null : key, known.topic.value.name === 'string' ? text : JSON.parse(text))
    await write().catch((error: unknown) => console.log(messageOf(error)))
  }
  await new Promise(() => undefined)
}

main(process.argv[2] ?? 'word-count').catch((error: unknown) => {
  console.error(messageOf(error))
  process.exit(1)
})
