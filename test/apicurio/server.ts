import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { startGuard } from '../kafka/guard'
import { freePorts } from '../kafka/ports'
import { apicurioHome } from './jars'
import { findNewJava } from './java'

const START_TIMEOUT_MS = 120_000

/** A schema registry of another maker, to hold ours against. */
export interface ApicurioHandle {
  /** Of its API in Confluent's dialect. */
  readonly url: string
  stop(): Promise<void>
}

/** How to start it; found before anything is started. @throws Error that says what is missing */
export function findApicurio(): () => Promise<ApicurioHandle> {
  const java = findNewJava()
  const home = apicurioHome()
  return () => start(java, home)
}

/** Kept in memory. It ends with this process, however that ends. */
async function start(java: string, home: string): Promise<ApicurioHandle> {
  const guard = startGuard()
  const [port, managementPort] = await freePorts(2)
  const settings = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': managementPort,
  }
  const args = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`)
  const server = spawn(java, ['-Xmx512m', ...args, '-jar', path.join(home, 'quarkus-run.jar')], {
    cwd: home,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (server.pid !== undefined) guard.hold('pid', server.pid)
  const log: string[] = []
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (part: Buffer) => log.push(part.toString()))
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  try {
    await untilItAnswers(url, server)
  } catch (error) {
    await guard.close()
    throw new Error(
      `Apicurio did not start: ${(error as Error).message}\n${log.join('').split('\n').slice(-15).join('\n')}`,
    )
  }
  return { url, stop: () => guard.close() }
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    const status = await fetch(`${url}/subjects`).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return
    if (server.exitCode !== null) throw new Error(`it ended with code ${server.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no answer within ${START_TIMEOUT_MS / 1000} s`)
}
