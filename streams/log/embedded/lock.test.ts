import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLog } from './index'
import { acquireLock, type Lock, type LockOwner } from './lock'

const socket = '/nowhere/log.sock'
/** Linux allows pids up to 2^22. */
const noPid = 2 ** 22 + 1
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-lock-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a directory is taken once, and can be taken again when it is released', () => {
  const lock = held(acquireLock(directory, socket))
  expect(acquireLock(directory, socket)).toMatchObject({ pid: process.pid, socket })
  lock.release()
  held(acquireLock(directory, socket)).release()
  expect(readdirSync(directory)).toEqual([])
})

test('the log says which process has it', async () => {
  const log = await openEmbeddedLog(directory)
  await expect(openEmbeddedLog(directory)).rejects.toMatchObject({ code: 'LOG_LOCKED', details: { pid: process.pid } })
  await log.close()
  await (await openEmbeddedLog(directory)).close()
})

test.each([
  ['of a process that is dead', JSON.stringify({ pid: noPid, started: null, socket })],
  ['of an earlier process with our pid', JSON.stringify({ pid: process.pid, started: 'another boot 1', socket })],
  ['that was never written to the end', '{"pid":'],
  ['that is empty', ''],
])('a lock %s is taken over', (_kind, content) => {
  writeFileSync(join(directory, 'lock'), content)
  const lock = held(acquireLock(directory, socket))
  expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
  expect(acquireLock(directory, socket)).toMatchObject({ pid: process.pid })
  lock.release()
  expect(readdirSync(directory)).toEqual([])
})

test('a lock that another has taken over is not released by us', () => {
  const lock = held(acquireLock(directory, socket))
  const other = JSON.stringify({ pid: 1, started: null, socket })
  writeFileSync(join(directory, 'lock'), other)
  lock.release()
  expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe(other)
})

test('of many processes that find a stale lock one gets it', async () => {
  writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: noPid, started: null, socket }))
  const script = `
    const { acquireLock } = require(${JSON.stringify(join(__dirname, 'lock.ts'))})
    const at = ${Date.now() + 3000}
    while (Date.now() < at);
    console.log('release' in acquireLock(${JSON.stringify(directory)}, 'socket') ? 'held' : 'refused')
    process.stdin.once('data', () => process.exit())
  `
  const contenders = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', script], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const answers = contenders.map(
    (each) => new Promise<string>((resolve) => each.stdout.once('data', (data) => resolve(`${data}`.trim()))),
  )
  const ended = contenders.map((each) => new Promise((resolve) => each.once('close', resolve)))
  expect((await Promise.all(answers)).sort()).toEqual(['held', ...Array.from({ length: 5 }, () => 'refused')])
  for (const each of contenders) each.stdin.write('end')
  await Promise.all(ended)
}, 60_000)

function held(taken: Lock | LockOwner): Lock {
  if ('release' in taken) return taken
  throw new Error(`process ${taken.pid} has it`)
}
