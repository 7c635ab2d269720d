import { resolve } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../clock'
import { MillraceError } from '../errors'
import type { ThreadFailureAnswer, WorkerThreads } from '../worker/threads/options'
import { workerThreads } from '../worker/threads/worker-threads'
import { commander } from './commander'
import { type CommandOptions, resolvedOptions } from './output'
import { type Address, serveProbes } from './probes'
import { type LogLevel, type WorkerOutput, workerOutput } from './worker-output'

interface Flags {
  readonly threads: number
  readonly json?: boolean
  readonly closeTimeout: number
  readonly logLevel: LogLevel
  readonly onThreadFailure: ThreadFailureAnswer
  readonly listen?: Address
}

const BAR_EVERY_MS = 250
/** Of a process that is told to end twice: 128 and the number of the signal. */
const INTERRUPTED = 130

/**
 * `millrace worker <module>`. Exit code 0: it was told to end, and did; 1: an error has ended it; 2: wrong usage, or a
 * module that is no good; 130: it was told to end a second time.
 */
export function registerWorker(program: Command, options: CommandOptions = {}): void {
  const { write, directory } = resolvedOptions(options)
  const { Option } = commander()
  const command = program
    .command('worker <module>')
    .description('run a worker module: one whose default export is defineWorker(…)')
    .option('--threads <n>', 'each is a member of the group, and takes its share of the tasks', wholeNumber, 1)
    .option('--close-timeout <ms>', 'the time to commit in after SIGTERM or SIGINT', wholeNumber, 10_000)
    .addOption(
      new Option('--on-thread-failure <answer>', 'what to do when a thread dies')
        .choices(['replace-thread', 'shutdown-client'])
        .default('shutdown-client'),
    )
    .addOption(
      new Option('--log-level <level>', 'of the lines to be shown')
        .choices(['debug', 'info', 'warn', 'error'])
        .env('LOG_LEVEL')
        .default('info'),
    )
    .option('--listen <[host:]port>', 'serve /metrics, /health/live and /health/ready there', address)
    .option('--json', 'one JSON object a line')
  command.action((module: string, flags: Flags) =>
    run(module, flags).catch((error: unknown) => {
      if (!(error instanceof MillraceError) || error.code !== 'CONFIG_INVALID') throw error
      command.error(`error: ${error.message}`, { exitCode: 2 })
    }),
  )

  async function run(module: string, flags: Flags): Promise<void> {
    const { threads, json = false, closeTimeout, logLevel: level, onThreadFailure, listen } = flags
    const isTerminal = !json && process.stderr.isTTY === true
    const terminal = isTerminal ? process.stderr : undefined
    const output = workerOutput({ write, json, level, terminal, now: systemClock.now })
    const path = resolve(directory, module)
    const workers = workerThreads({ module: path, threads, logger: output, onThreadFailure: () => onThreadFailure })
    workers.onState((to, from) => output.info({ from, to }, `worker: ${from} -> ${to}`))
    const stop = endOnSignals(workers, output, closeTimeout)
    const drawing = setInterval(() => output.restoring(workers.restoring), BAR_EVERY_MS)
    const probes = listen === undefined ? undefined : await serveProbes(workers, listen, output)
    try {
      await workers.start()
      await workers.done
    } finally {
      clearInterval(drawing)
      output.restoring([])
      stop()
      await workers.close()
      await probes?.close()
    }
  }
}

/** @returns takes the listeners away */
function endOnSignals(workers: WorkerThreads, output: WorkerOutput, timeoutMs: number): () => void {
  let isEnding = false
  const end = (signal: NodeJS.Signals) => {
    if (isEnding) process.exit(INTERRUPTED)
    isEnding = true
    output.info({ signal }, `worker: ${signal}: committing and leaving the group, at the latest in ${timeoutMs} ms`)
    void workers.close(timeoutMs)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  return () => {
    process.off('SIGTERM', end)
    process.off('SIGINT', end)
  }
}

function invalidArgument(message: string): Error {
  const { InvalidArgumentError } = commander()
  return new InvalidArgumentError(message)
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw invalidArgument('It must be a whole number from 1.')
  return Number(text)
}

function address(text: string): Address {
  const [, host = 'localhost', port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) throw invalidArgument('It must be a port up to 65535, or host:port.')
  return { host, port: Number(port) }
}
