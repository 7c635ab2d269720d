import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openKafkaLog, openTopicWriter, systemClock } from 'millrace'
import { docs, pages } from './docs/blocks'
import { kafkaSuite } from './kafka/suite'

const root = join(docs, '..')
const { blocks } = pages().find(({ name }) => name === 'getting-started')!

kafkaSuite('docs/getting-started.md on a real Kafka', (kafka) => {
  const folder = mkdtempSync(join(tmpdir(), 'getting-started-'))
  const children: ChildProcess[] = []
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Runs `main.ts` as the page says, and resolves once it is running. */
  const run = async () => {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'main.ts'], {
      cwd: folder,
      env: { PATH, KAFKA_BROKERS: kafka().brokers.join(',') },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    for await (const line of createInterface({ input: child.stdout! })) if (line === 'RUNNING') break
    child.stdout!.resume()
    return child
  }
  const end = async (child: ChildProcess, signal: 'SIGINT' | 'SIGKILL') => {
    const exited = once(child, 'exit')
    child.kill(signal)
    return (await exited)[0] as number | null
  }

  test('the worker counts, goes on after kill -9 as if nothing had happened, and ends well on Ctrl-C', async () => {
    for (const { kind, name, code } of blocks) {
      // After kill -9 the group waits for the session to end; the default of 45 s is long for a test.
      const hurried = code.replace('guarantee:', 'sessionTimeoutMs: 6_000, guarantee:')
      if (kind === 'file') writeFileSync(join(folder, `${name}.ts`), hurried)
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    // The topics may be there from an earlier run on this broker, so the words are new.
    const word = `word${Date.now()
      .toString(36)
      .replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!)}`
    const log = await openKafkaLog({ brokers: kafka().brokers })
    const first = await run()
    const topic = (await import(join(folder, 'word-count.ts'))).lines
    const writer = await openTopicWriter({ log, topic, clientId: 'docs', clock: systemClock })
    const counts = await countsOf(word)

    await writer.write(null, `${word} ${word}`)
    expect(await counts(2)).toEqual(['1', '2'])
    expect(await end(first, 'SIGKILL')).toBeNull()
    await writer.write(null, word)
    const second = await run()
    expect(await counts(3)).toEqual(['1', '2', '3'])
    expect(await end(second, 'SIGINT')).toBe(0)
    await writer.close()
    await log.close()

    /** Resolves with the counts of the word once there are that many. */
    async function countsOf(wanted: string) {
      const reader = await log.reader({ isolation: 'read_committed' })
      const partitions = [0, 1, 2].map((partition) => ({ topic: 'word-counts', partition }))
      reader.assign(await log.admin.offsets(partitions, 'latest'))
      const seen: string[] = []
      return async (count: number): Promise<readonly string[]> => {
        while (seen.length < count) {
          for (const { records } of await reader.poll(100)) {
            for (const { key, value } of records) if (String(key) === wanted) seen.push(String(value))
          }
        }
        return seen
      }
    }
  }, 120_000)
})
