import type { Command } from 'commander'
import { TerminalError } from '../errors'
import type { Log, LogRecord } from '../log/port'
import { type DeadLetter, readDeadLetters, replayDeadLetters } from '../worker/dead-letters'
import { openLogFromEnv } from './open-log'

interface Flags {
  readonly json?: boolean
}

/** `millrace dlq list|show|replay`: against the Kafka or the embedded log that the environment names. */
export function registerDlq(program: Command): void {
  const dlq = program.command('dlq').description('look at dead letters and put them back')

  dlq
    .command('list [topic]')
    .description('dead letters of a dead-letter topic, or of all (topics ending in -dlq)')
    .option('--json', 'one JSON object a line')
    .action((topic: string | undefined, flags: Flags) => withLog((log) => list(log, topic, flags)))

  dlq
    .command('show <topic> <partition> <offset>')
    .description('one dead letter with its bytes, headers and stack trace')
    .option('--json', 'as JSON, bytes in base64')
    .action((topic: string, partition: string, offset: string, flags: Flags) =>
      withLog((log) =>
        show(log, topic, { partition: whole(partition, 'partition'), offset: whole(offset, 'offset') }, flags),
      ),
    )

  dlq
    .command('replay <topic>')
    .description('put dead letters back where they came from, in the order in which they failed; each once')
    .option('--partition <n>', 'with --offset: only this one')
    .option('--offset <n>', 'with --partition: only this one')
    .option('--again', 'also those that have been replayed before')
    .option('--dry-run', 'say what would be replayed, write nothing')
    .option('--json', 'one JSON object a line')
    .action((topic: string, flags: ReplayFlags) => withLog((log) => replay(log, topic, flags)))
}

interface ReplayFlags extends Flags {
  readonly partition?: string
  readonly offset?: string
  readonly again?: boolean
  readonly dryRun?: boolean
}

async function withLog(run: (log: Log) => Promise<void>): Promise<void> {
  const log = await openLogFromEnv(process.env)
  try {
    await run(log)
  } finally {
    await log.close()
  }
}

async function list(log: Log, topic: string | undefined, { json }: Flags): Promise<void> {
  const topics =
    topic === undefined ? (await log.admin.listTopics()).filter((name) => name.endsWith('-dlq')).sort() : [topic]
  let found = 0
  for (const name of topics) {
    for await (const letter of readDeadLetters(log, name)) {
      found += 1
      print(json ? JSON.stringify(summary(letter)) : line(letter))
    }
  }
  if (!json)
    print(
      found === 0
        ? `no dead letters in ${topics.join(', ') || 'any topic'}`
        : `${found} dead ${found === 1 ? 'letter' : 'letters'}`,
    )
}

async function show(
  log: Log,
  topic: string,
  at: { readonly partition: number; readonly offset: number },
  { json }: Flags,
): Promise<void> {
  for await (const letter of readDeadLetters(log, topic)) {
    if (letter.partition !== at.partition || letter.offset !== at.offset) continue
    print(json ? JSON.stringify({ ...summary(letter), ...bytesOf(letter.record) }) : full(letter))
    return
  }
  throw new TerminalError(
    'OFFSET_OUT_OF_RANGE',
    `${topic} has no dead letter in partition ${at.partition} at offset ${at.offset}; \`millrace dlq list ${topic}\` shows those it has`,
  )
}

async function replay(log: Log, topic: string, flags: ReplayFlags): Promise<void> {
  if ((flags.partition === undefined) !== (flags.offset === undefined)) {
    throw new TerminalError(
      'CONFIG_INVALID',
      '--partition and --offset name one dead letter together: give both or neither',
    )
  }
  const only =
    flags.partition === undefined
      ? undefined
      : { partition: whole(flags.partition, '--partition'), offset: whole(flags.offset!, '--offset') }
  const replayed = await replayDeadLetters(log, topic, { only, again: flags.again, dryRun: flags.dryRun })
  for (const { letter, to } of replayed) {
    print(flags.json ? JSON.stringify({ ...summary(letter), to }) : `${line(letter)} -> ${to.topic}-${to.partition}`)
  }
  if (!flags.json)
    print(
      `${flags.dryRun ? 'would replay' : 'replayed'} ${replayed.length} dead ${replayed.length === 1 ? 'letter' : 'letters'}`,
    )
}

function summary({ record, ...letter }: DeadLetter) {
  return { ...letter, key: record.key?.toString('utf8') ?? null, bytes: record.value?.length ?? null }
}

function line({ topic, partition, offset, source, record, message, attempts, time, replayed }: DeadLetter): string {
  const from = `${source.topic ?? '?'}-${source.partition ?? '?'} offset ${source.offset ?? '?'}`
  const what = `key ${record.key === null ? 'null' : JSON.stringify(record.key.toString('utf8'))}, ${record.value === null ? 'null value' : `${record.value.length} bytes`}`
  return `${topic}-${partition} offset ${offset}  from ${from}  ${what}  ${time ?? ''}  attempts ${attempts ?? '?'}${replayed ? '  (replayed)' : ''}  ${message ?? ''}`
}

function full(letter: DeadLetter): string {
  const { record } = letter
  const headers = record.headers.map(({ key, value }) => `  ${key}: ${value?.toString('utf8') ?? 'null'}`)
  return [
    line(letter),
    'headers:',
    ...headers,
    'value:',
    `  text: ${JSON.stringify(record.value?.toString('utf8') ?? null)}`,
    `  hex:  ${record.value?.toString('hex') ?? 'null'}`,
  ].join('\n')
}

function bytesOf({ key, value, headers }: LogRecord) {
  return {
    keyBase64: key?.toString('base64') ?? null,
    valueBase64: value?.toString('base64') ?? null,
    headers: headers.map((header) => [header.key, header.value?.toString('utf8') ?? null]),
  }
}

function whole(text: string, name: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new TerminalError('CONFIG_INVALID', `${name} must be a whole number from 0, but is ${JSON.stringify(text)}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
