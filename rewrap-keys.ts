/** `npm run keys:rewrap`: wraps every key of personal data with the current key-encryption key, after a new one was put in front. */
import { pino } from 'pino'
import { readConfig } from './config'
import { openLog } from './infrastructure'
import { openVault } from './personal-data'

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const logger = pino({ level: 'warn' }, pino.destination(2))
  const log = await openLog(config, logger)
  try {
    const vault = await openVault(config, log, logger)
    if (vault === undefined) throw new Error('PERSONAL_DATA_KEYS is not set')
    console.log(`${await vault.rewrap()} keys wrapped anew`)
    await vault.close()
  } finally {
    await log.close()
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
