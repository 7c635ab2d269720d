import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The platform as its users run it: a process of its own. */
export interface PlatformProcess {
  readonly url: string
  readonly pid: number
  /** What it has written to standard output and error. */
  output(): string
  /** Ends it with a signal and resolves with its exit code, null when the signal ended it. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<number | null>
}

const root = join(__dirname, '..', '..')

/** Starts `main.ts` with nothing of our environment but the path, and resolves when it has said its address. */
export async function startProcess(env: Readonly<Record<string, string>>): Promise<PlatformProcess> {
  const child = spawnPlatform({ PORT: '0', PAYMENT_LATENCY_MS: '20', ...env })
  const lines: string[] = []
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        const address = /\bhttp:\/\/[^\s/"]+:\d+(?=\/?(\s|$))/.exec(line)?.[0]
        if (address !== undefined) resolve(address)
      })
    }
    child.once('exit', (code) =>
      reject(new Error(`the platform ended with ${code} before it was ready:\n${lines.join('\n')}`)),
    )
  })
  return {
    url,
    pid: child.pid!,
    output: () => lines.join('\n'),
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exited = once(child, 'exit')
      child.kill(signal)
      const [code] = (await exited) as [number | null]
      return code
    },
  }
}

export function spawnPlatform(env: Readonly<Record<string, string>>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'main.ts'], {
    cwd: root,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
