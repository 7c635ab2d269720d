import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logContract } from '../../testing/contracts/log'
import { type EmbeddedLogOptions, memoryLog, openEmbeddedLog } from './index'

logContract('memory', async () => {
  const log = memoryLog()
  return { log, close: () => log.close() }
})

for (const fsync of ['never', 'commit'] as const) {
  logContract(`embedded, fsync ${fsync}`, () => onDisk({ fsync }))
}

async function onDisk(options: EmbeddedLogOptions) {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-log-'))
  let log = await openEmbeddedLog(directory, options)
  return {
    log,
    async reopen() {
      await log.close()
      log = await openEmbeddedLog(directory, options)
      return log
    },
    async close() {
      await log.close()
      rmSync(directory, { recursive: true })
    },
  }
}
