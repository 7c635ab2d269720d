import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { registerRegistry } from './registry'
import { runCommand } from './run-command'

jest.setTimeout(60_000)

const main = join(__dirname, 'main.ts')
const tls = join(__dirname, '..', 'registry', 'fixtures', 'tls')

let directory: string
const running: ChildProcess[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

interface Serving {
  readonly url: string
  /** Sends a signal and gives the exit code; null where the signal was its end. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** `millrace registry` as a process of its own, once it has said where it is. */
async function serving(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const options = [
    '--conditions=source',
    '--require',
    require.resolve('tsx/cjs'),
    main,
    'registry',
    '--port',
    '0',
    '--json',
  ]
  const child = spawn(process.execPath, [...options, ...args], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const said = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`it ended with code ${code}`)))
  })
  return {
    url: JSON.parse(said).url,
    end: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

const record = (name: string) => JSON.stringify({ schema: JSON.stringify({ type: 'record', name, fields: [] }) })

async function register(url: string, subject: string, name: string): Promise<number> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const answer = await fetch(`${url}/subjects/${subject}/versions`, { method: 'POST', body: record(name), headers })
  const { id } = (await answer.json()) as { readonly id: number }
  return id
}

const get = async (url: string, path: string) => (await fetch(`${url}${path}`)).json()

describe('millrace registry', () => {
  test('keeps what it has acknowledged through kill -9, whenever that comes', async () => {
    const acknowledged = new Map<string, number>()
    for (let life = 0; life < 3; life += 1) {
      const registry = await serving(['--dir', 'kept'])
      for (const [subject, id] of acknowledged) {
        expect(await get(registry.url, `/subjects/${subject}/versions/latest`)).toMatchObject({ id })
      }
      // The end comes in the middle of these.
      const storm = Array.from({ length: 40 }, async (_, at) => {
        const subject = `s-${life}-${at}`
        acknowledged.set(subject, await register(registry.url, subject, `R${life}_${at}`))
        if (at === 20) await registry.end('SIGKILL')
      })
      await Promise.allSettled(storm)
      expect(acknowledged.size).toBeGreaterThan(life)
    }
    const last = await serving(['--dir', 'kept'])
    const ids = new Set(acknowledged.values())
    expect(ids.size).toBe(acknowledged.size)
    for (const [subject, id] of acknowledged) {
      expect(await get(last.url, `/subjects/${subject}/versions/latest`)).toMatchObject({ id })
    }
    expect(ids.has(await register(last.url, 'new', 'New'))).toBe(false)
  })

  test('ends in good order at SIGTERM, and leaves the directory to the next', async () => {
    const first = await serving(['--dir', 'kept'])
    expect(await register(first.url, 's', 'R')).toBe(1)
    expect(await first.end('SIGTERM')).toBe(0)
    const second = await serving(['--dir', 'kept'])
    expect(await get(second.url, '/subjects')).toEqual(['s'])
    expect(await second.end('SIGINT')).toBe(0)
  })

  test('keeps its schemas on the embedded log', async () => {
    const first = await serving(['--log'], { DATA_DIR: 'data', KAFKA_BROKERS: '' })
    expect(await register(first.url, 's', 'R')).toBe(1)
    await first.end('SIGKILL')
    const second = await serving(['--log'], { DATA_DIR: 'data', KAFKA_BROKERS: '' })
    expect(await get(second.url, '/subjects/s/versions/1')).toMatchObject({ id: 1 })
    expect(await second.end('SIGTERM')).toBe(0)
  })

  test('answers only who shows what it wants', async () => {
    const registry = await serving(['--dir', 'kept'], { REGISTRY_TOKEN: 'a-token' })
    expect((await fetch(`${registry.url}/subjects`)).status).toBe(401)
    const headers = { authorization: 'Bearer a-token' }
    expect((await fetch(`${registry.url}/subjects`, { headers })).status).toBe(200)
  })
})

describe('millrace registry, in this process,', () => {
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}, during?: (said: string) => Promise<void>) => {
    let said = ''
    let over = false
    return runCommand(
      (program, options) =>
        registerRegistry(program, {
          ...options,
          write: (text) => {
            said += text
            options.write?.(text)
          },
          until: async () => {
            while (said === '' && !over) await new Promise((resolve) => setTimeout(resolve, 5))
            if (!over) await during?.(said)
          },
        }),
      { directory, env },
      ['registry', '--port', '0', ...args],
    ).finally(() => {
      over = true
    })
  }

  test('says where it is', async () => {
    const ended = await run(['--dir', 'kept'], {}, async (said) => {
      const url = /^schema registry at (\S+), kept in kept\n$/.exec(said)![1]!
      expect(await get(url, '/subjects')).toEqual([])
    })
    expect(ended.code).toBe(0)
  })

  test('is served by https where it is given a certificate', async () => {
    const files = ['--tls-cert', join(tls, 'server.pem'), '--tls-key', join(tls, 'server-key.pem')]
    expect((await run(['--json', ...files])).out).toMatch(/"url":"https:/)
  })

  test.each<[string, readonly string[], NodeJS.ProcessEnv, string]>([
    ['a port that is none', ['--port', 'x'], {}, '--port must be a number'],
    ['two places', ['--dir', 'd', '--log'], {}, 'give one'],
    ['a certificate without its key', ['--tls-cert', 'c'], {}, 'go together'],
    ['a certificate that is not there', ['--tls-cert', 'c', '--tls-key', 'k'], {}, 'c cannot be read'],
    ['a user without a password', [], { REGISTRY_USER: 'me' }, 'REGISTRY_PASSWORD must be set'],
  ])('refuses %s with exit code 2', async (_, args, env, message) => {
    expect(await run(args, env)).toMatchObject({ code: 2, error: expect.stringContaining(message) })
  })

  test('refuses a port that is taken', async () => {
    const ended = await run(['--dir', 'one'], {}, async (said) => {
      const port = /:(\d+)/.exec(said)![1]!
      const second = await run(['--dir', 'other', '--port', port])
      expect(second).toMatchObject({ code: 2, error: expect.stringContaining('it cannot listen on') })
    })
    expect(ended.code).toBe(0)
  })

  test('leaves a directory alone that another has open', async () => {
    const ended = await run(['--dir', 'kept'], {}, async () => {
      const second = await run(['--dir', 'kept'])
      expect(second).toMatchObject({
        code: 2,
        error: expect.stringContaining(`process ${process.pid} has the registry`),
      })
    })
    expect(ended.code).toBe(0)
  })

  test('says which line of its file is broken', async () => {
    writeFileSync(join(directory, 'registry.jsonl'), '{\n')
    expect(await run(['--dir', '.'])).toMatchObject({ code: 2, error: expect.stringContaining('line 1, is not JSON') })
  })
})
