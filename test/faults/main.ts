import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from 'millrace'
import type { Arguments, Planned } from './arguments'
import { HELP, readArguments } from './arguments'
import type { Cluster } from './cluster'
import { openCluster } from './cluster'
import { runFault } from './run'
import { announced, asJson, type Report, summary, table, told } from './tell'

async function main(): Promise<number> {
  const args = readArguments()
  if (args === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const directory = await mkdtemp(join(tmpdir(), 'millrace-faults-'))
  const say = args.json ? (line: string) => process.stderr.write(`${line}\n`) : console.log
  say(`seed ${args.seed}; ${args.rate} commands/s; logs, operations and state in ${directory}`)
  const began = Date.now()
  const reports: Report[] = []
  for (const nodes of [1, 3] as const) {
    const own = args.runs.filter(({ fault }) => fault.brokers === nodes)
    if (own.length === 0) continue
    const cluster = await openCluster(nodes)
    try {
      for (const planned of own) {
        say(announced(planned))
        const report = await carryOut(planned, { args, cluster, directory })
        say(told(report))
        reports.push(report)
      }
    } finally {
      await cluster.close()
    }
  }
  const seconds = (Date.now() - began) / 1_000
  if (args.json) process.stdout.write(`${asJson(reports, args.seed, seconds)}\n`)
  else console.log(table(reports, args.seed))
  const { line, failed } = summary(reports, args.named)
  say(`${line} (${Math.round(seconds)} s, seed ${args.seed})`)
  if (!failed && !args.keep) await rm(directory, { recursive: true, force: true })
  else say(`logs, operations and state are in ${directory}`)
  return failed ? 1 : 0
}

interface Setting {
  readonly args: Arguments
  readonly cluster: Cluster
  readonly directory: string
}

/** What cannot be carried out is a violation too: nothing was shown. */
async function carryOut({ fault, guarantee }: Planned, { args, cluster, directory }: Setting): Promise<Report> {
  const began = Date.now()
  const done = (rest: Pick<Report, 'result' | 'notRun' | 'error'>): Report => {
    return { fault, guarantee, seconds: (Date.now() - began) / 1_000, ...rest }
  }
  const notRun = await fault.impossible?.()
  if (notRun !== undefined) return done({ notRun })
  try {
    const { seed, size, rate: perSecond } = args
    return done({ result: await runFault(fault, { cluster, guarantee, size, seed, directory, perSecond }) })
  } catch (error) {
    return done({ error: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) })
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error)
    process.exit(2)
  },
)
