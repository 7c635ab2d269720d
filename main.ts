/** `npm start`: reads the environment, starts the platform, says where it is, and ends it on Ctrl-C. */
import { MillraceError } from 'millrace'
import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { type Config, readConfig } from './config'
import { startPlatform } from './platform'

const EXIT_AFTER_MS = 5_000

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const logger = createLogger(config)
  const platform = await startPlatform(config, logger)
  let ending = false
  const end = async (code: number) => {
    if (ending) process.exit(130)
    ending = true
    setTimeout(() => process.exit(1), EXIT_AFTER_MS).unref()
    await platform.close()
    process.exit(code)
  }
  process.on('SIGINT', () => void end(0))
  process.on('SIGTERM', () => void end(0))
  platform.failed.catch((error) => {
    logger.fatal({ err: error }, `the platform stops: ${error.message}`)
    void end(1)
  })
  await platform.ready
  process.stdout.write(greeting(platform.url, config.registry?.url))
}

/** Lines for people on a terminal, JSON for everything else. */
function createLogger({ logLevel: level }: Config): Logger {
  if (!process.stdout.isTTY) return pino({ level })
  return pino({ level }, pretty({ sync: true, hideObject: true, translateTime: 'HH:MM:ss.l' }))
}

/** Both locks are taken by whoever has the data directory. */
function hintFor({ code }: MillraceError): string {
  return code === 'LOG_LOCKED' || code === 'STATE_LOCKED'
    ? '; end that process, or set DATA_DIR to another directory'
    : ''
}

function greeting(url: string, registry: string | undefined): string {
  const order = JSON.stringify({
    customerId: 'c-1',
    restaurantId: 'r-1',
    totalAmount: 45.99,
    items: [{ menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }],
  })
  return [
    '',
    `  The order platform is running at ${url}`,
    `  API description   ${url}/openapi.json`,
    `  schema registry   ${registry ?? `${url}/registry`}`,
    `  metrics, health   ${url}/metrics  ${url}/health/ready`,
    '',
    '  Try it:',
    `  curl -s -X POST ${url}/api/orders -H 'content-type: application/json' -d '${order}'`,
    '',
    '',
  ].join('\n')
}

main().catch((error: unknown) => {
  const known = error instanceof MillraceError
  process.stderr.write(
    `${known ? `${error.message}${hintFor(error)}` : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  process.exit(1)
})
