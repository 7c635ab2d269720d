/** The platform's settings, from environment variables. A wrong one is refused before anything is opened. */
import {
  type KafkaLogConfig,
  kafkaConfigFromEnv,
  type RegistryConnection,
  registryFromEnv,
  TerminalError,
} from 'millrace'
import { z } from 'zod'
import { centsOf, moneyOf } from './processors/money'

export interface Config {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  readonly dataDir: string
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Absent: the embedded log under `dataDir`. */
  readonly kafka?: KafkaLogConfig
  /** Absent: schemas are kept in the log. */
  readonly registry?: RegistryConnection
  /** Absent: the embedded read model under `dataDir`. */
  readonly mongoUri?: string
  /** With what the keys of personal data are wrapped: as text, or a file of it. Absent: see personal-data.ts. */
  readonly personalData?: { readonly keys?: string; readonly keysFile?: string }
  /** Where other processes of the platform ask this one for its stores. Absent: there are no others. */
  readonly queries?: { readonly server: string; readonly token?: string }
  readonly processingGuarantee: 'exactly_once_v2' | 'at_least_once'
  readonly commitIntervalMs: number
  /** How long an HTTP request waits for the outcome of its command. */
  readonly commandTimeoutMs: number
  readonly payment: { readonly declineAbove: string; readonly latencyMs: number; readonly failureRate: number }
}

/** Text that must match, or else "must be …". */
function text(pattern: RegExp, expected: string) {
  return z.string().regex(pattern, { error: `must be ${expected}` })
}

function whole(min: number, max: number, unit = '') {
  const error = `must be an integer between ${min} and ${max}${unit}`
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.number({ error }).min(min, { error }).max(max, { error }))
}

function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` })
}

const anything = z.string()

const variables = z.object({
  HOST: text(/^\S+$/, 'a host name or an address').default('localhost'),
  PORT: whole(0, 65_535).default(8_084),
  DATA_DIR: anything.default('./data'),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  KAFKA_SCHEMA_REGISTRY: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  PERSONAL_DATA_KEYS: anything.optional(),
  PERSONAL_DATA_KEYS_FILE: anything.optional(),
  MONGODB_URI: text(/^mongodb(\+srv)?:\/\/\S+$/, 'a URI that begins with mongodb:// or mongodb+srv://').optional(),
  APPLICATION_SERVER: text(/^[^\s/]+:\d{1,5}$/, 'host:port').default('localhost:0'),
  QUERY_TOKEN: anything.optional(),
  PROCESSING_GUARANTEE: oneOf('exactly_once_v2', 'at_least_once').default('exactly_once_v2'),
  COMMIT_INTERVAL_MS: whole(1, 600_000, ' (ms)').default(100),
  COMMAND_TIMEOUT_MS: whole(1, 600_000, ' (ms)').default(10_000),
  PAYMENT_DECLINE_ABOVE: z
    .string()
    .refine((amount) => centsOf(amount) !== undefined, { error: 'must be an amount with at most 2 decimals' })
    .default('1000.00'),
  PAYMENT_LATENCY_MS: whole(0, 600_000, ' (ms)').default(250),
  PAYMENT_FAILURE_RATE: text(/^(?:0?\.\d{1,9}|0|1(?:\.0{1,9})?)$/, 'a number between 0 and 1')
    .transform(Number)
    .default(0),
})

type Variables = z.output<typeof variables>

/** @throws TerminalError CONFIG_INVALID, in one line that names the variable, what it must be and what it is */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is an unset one, as for every shell script and compose file.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = variables.safeParse(given)
  if (parsed.success)
    return configOf(parsed.data, {
      kafka: given.KAFKA_BROKERS === undefined ? undefined : kafkaConfigFromEnv(given),
      registry: registryFromEnv(given),
    })
  const [issue] = parsed.error.issues
  const variable = String(issue?.path[0])
  throw invalid(variable, `${issue?.message}, but is ${shown(given[variable] ?? '')}`)
}

/** What the engine reads from the environment itself. */
interface Connections {
  readonly kafka: KafkaLogConfig | undefined
  readonly registry: RegistryConnection | undefined
}

function configOf(from: Variables, { kafka, registry }: Connections): Config {
  return Object.freeze({
    host: from.HOST,
    port: from.PORT,
    dataDir: from.DATA_DIR,
    logLevel: from.LOG_LEVEL,
    ...(kafka && { kafka, queries: queriesOf(from) }),
    ...(registry && { registry }),
    ...(from.MONGODB_URI !== undefined && { mongoUri: from.MONGODB_URI }),
    ...personalDataOf(from),
    processingGuarantee: from.PROCESSING_GUARANTEE,
    commitIntervalMs: from.COMMIT_INTERVAL_MS,
    commandTimeoutMs: from.COMMAND_TIMEOUT_MS,
    payment: {
      declineAbove: moneyOf(centsOf(from.PAYMENT_DECLINE_ABOVE) ?? 0n),
      latencyMs: from.PAYMENT_LATENCY_MS,
      failureRate: from.PAYMENT_FAILURE_RATE,
    },
  })
}

/** The embedded log is of one process, which has all of its stores. */
function queriesOf({ APPLICATION_SERVER: server, QUERY_TOKEN: token }: Variables): Config['queries'] {
  return { server, ...(token !== undefined && { token }) }
}

/** Never shown in a message: it is a secret. */
function personalDataOf({ PERSONAL_DATA_KEYS: keys, PERSONAL_DATA_KEYS_FILE: keysFile }: Variables): object {
  if (keys !== undefined && keysFile !== undefined)
    throw invalid('PERSONAL_DATA_KEYS_FILE', 'must not be set, since PERSONAL_DATA_KEYS is')
  if (keys !== undefined) return { personalData: { keys } }
  return keysFile === undefined ? {} : { personalData: { keysFile } }
}

function invalid(variable: string, why: string): TerminalError {
  return new TerminalError('CONFIG_INVALID', `${variable} ${why}`, { details: { variable } })
}

/** In quotes, on one line, and without the credentials an address may hold. */
function shown(value: string): string {
  return JSON.stringify(value.replace(/\/\/[^/@]*@/, '//***@'))
}
