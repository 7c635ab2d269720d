import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Arguments, HELP, readArguments } from './arguments'
import { runLanes } from './lanes'
import { asJson, summary, table } from './tell'

async function main(): Promise<number> {
  const args = readArguments()
  if (args === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const directory = await mkdtemp(join(tmpdir(), 'millrace-faults-'))
  const failed = await run(args, directory)
  if (failed === 0 && !args.keep) await rm(directory, { recursive: true, force: true })
  return failed === 0 ? 0 : 1
}

async function run(args: Arguments, directory: string): Promise<number> {
  const { seed, rate, lanes, json, named } = args
  const say = json ? (line: string) => void process.stderr.write(`${line}\n`) : console.log
  const many = lanes > 1 ? `${lanes} faults at a time, ` : ''
  say(`seed ${seed}; ${many}${rate} commands/s each; logs, operations and state in ${directory}`)
  const began = Date.now()
  const reports = await runLanes(args, { directory, say })
  const seconds = Math.round((Date.now() - began) / 1_000)
  const { line, ...counts } = summary(reports, named)
  if (json) process.stdout.write(`${asJson(reports, { seed, seconds, ...counts })}\n`)
  else console.log(table(reports, seed))
  say(`${line} (${seconds} s, seed ${seed})`)
  if (counts.failed > 0) say(`logs, operations and state are in ${directory}`)
  return counts.failed
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error)
    process.exit(2)
  },
)
