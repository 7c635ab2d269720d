import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { whyNoSmallDisk } from '../disk'
import type { FlowFault } from './fault'

const DISK_MB = 48
const FULL_MS = 8_000
const CHUNK = Buffer.alloc(64 * 1024)

/** Writes until nothing more goes in. */
function fill(file: string): Promise<void> {
  const stream = createWriteStream(file)
  return new Promise((resolve, reject) => {
    stream.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOSPC' ? resolve() : reject(error)))
    const more = () => stream.write(CHUNK, (error) => error || setImmediate(more))
    more()
  })
}

/** A worker's disk is full for a while: it must wait, and neither lose nor misjudge a record. */
export const disk: FlowFault = {
  number: 9,
  name: 'disk',
  title: 'disk full for 8 s',
  brokers: 1,
  diskMb: DISK_MB,
  impossible: whyNoSmallDisk,
  async run({ random, live, worker, stateDir, strike, kill, start, untilRefused, healed, untilReady }, size) {
    const cycles = size === 'short' ? 1 : 3
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const victim = random.pick(live().filter((slot) => worker(slot)!.status!.tasks.length > 0))
      const ballast = join(stateDir(victim), 'ballast')
      await sleep(random.between(500, 1_500))
      await strike(`the disk of worker ${victim} is full`, () => fill(ballast))
      await sleep(FULL_MS)
      if (cycle > 0) {
        await strike(`worker ${victim} is killed, and started on the full disk`, () => kill(victim))
        start(victim)
        // It cannot even lock its directory: it is for whoever starts it to try again.
        await untilRefused(victim, /No space left on device/)
      }
      await strike(`the disk of worker ${victim} has room again`, () => rm(ballast))
      if (cycle > 0) start(victim)
      healed()
      await sleep(1_000)
      await untilReady()
    }
  },
}
