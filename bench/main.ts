/** `npm run bench`: see options.ts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKafkaLog, openLogRegistry } from 'millrace'
import { startKafka } from '../test/kafka/find'
import { avroCoding, jsonCoding } from './coding'
import { buildMillrace, kafkaStreams } from './contestants'
import { jobsOf } from './jobs'
import { type BenchOptions, HELP, readOptions } from './options'
import { checkRegression } from './regression'
import { createBook } from './report/book'
import { writeDocs } from './report/docs'
import { linesOf } from './report/lines'
import { machineText } from './report/machine'
import { textTable } from './report/text'

/** No further round begins after this long, so that the whole never takes much more than twenty minutes. */
const ROUNDS_END_AFTER_MS = 17 * 60_000

const say = (line: string) => process.stderr.write(`${line}\n`)

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  await buildMillrace()
  const kafka = await startKafka({ note: say })
  if (kafka === undefined) return 1
  const directory = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const log = await openKafkaLog({ brokers: kafka.brokers })
  try {
    const ground = { log, brokers: kafka.brokers, directory }
    if (options.regression) return (await checkRegression(ground, jsonCoding, say)) ? 0 : 1
    return await bench(options, ground)
  } finally {
    await log.close()
    await kafka.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

type GroundOf = Parameters<typeof jobsOf>[0]['ground']

async function bench(options: BenchOptions, ground: GroundOf): Promise<number> {
  const book = createBook()
  const failures: string[] = []
  const avro = await avroCoding(await openLogRegistry(ground.log))
  const jobs = jobsOf({ options, ground, book, kafkaStreams: await kafkaStreams(), avro })
  const began = Date.now()
  let rounds = 0
  while (rounds < options.runs && (rounds === 0 || Date.now() - began < ROUNDS_END_AFTER_MS)) {
    rounds += 1
    for (const job of jobs) {
      const jobBegan = Date.now()
      const failure = await job.run().then(
        () => undefined,
        (error: unknown) => `${job.name}: ${error instanceof Error ? error.message : error}`,
      )
      if (failure !== undefined) failures.push(failure)
      say(`[${rounds}/${options.runs}] ${failure ?? `${job.name}: ${((Date.now() - jobBegan) / 1000).toFixed(1)} s`}`)
    }
  }
  const lines = linesOf(book.entries())
  const caption = `${machineText()}, medians of ${rounds} run${rounds === 1 ? '' : 's'}`
  process.stdout.write(`\n${textTable(lines)}\n\n${caption}\n`)
  if (options.json !== undefined) await writeJson(options.json, { caption, rounds, lines, failures })
  if (options.writeDocs) await writeDocs(lines, caption)
  for (const failure of failures) say(`!! ${failure}`)
  return failures.length === 0 ? 0 : 1
}

async function writeJson(file: string, result: unknown): Promise<void> {
  const text = `${JSON.stringify(result, null, 2)}\n`
  if (file === '-') process.stdout.write(text)
  else await writeFile(file, text)
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    process.exit(1)
  },
)
