import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import { z } from 'zod'
import { messageOf, TerminalError } from '../../errors'
import { compressionTypes } from '../records'
import { type KafkaLogConfig, parseAddress } from './config'
import { oauthTokens } from './oauth'

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
const passwordVariables = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const
const tokenVariables = [
  'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
  'KAFKA_SASL_OAUTHBEARER_CLIENT_ID',
  'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
] as const
const sslVariables = [
  'KAFKA_CA_PATH',
  'KAFKA_SSL_CERTIFICATE_PATH',
  'KAFKA_SSL_KEY_PATH',
  'KAFKA_SSL_KEY_PASSWORD',
] as const

const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` })

const environment = z
  .object({
    KAFKA_BROKERS: z
      .string({ error: 'is not set; give host:port of one or more brokers, separated by commas' })
      .transform((list) => list.split(',').map((broker) => broker.trim()))
      .refine((brokers) => brokers.every(isAddress), { error: 'must be host:port, or several separated by commas' }),
    KAFKA_SECURITY_PROTOCOL: oneOf(protocols).default('PLAINTEXT'),
    KAFKA_SASL_MECHANISM: oneOf(mechanisms).optional(),
    KAFKA_SASL_USERNAME: z.string().optional(),
    KAFKA_SASL_PASSWORD: z.string().optional(),
    KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: z.url({ error: 'must be a URL', protocol: /^https?$/ }).optional(),
    KAFKA_SASL_OAUTHBEARER_CLIENT_ID: z.string().optional(),
    KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: z.string().optional(),
    KAFKA_SASL_OAUTHBEARER_SCOPE: z.string().optional(),
    KAFKA_CA_PATH: z.string().optional(),
    KAFKA_SSL_CERTIFICATE_PATH: z.string().optional(),
    KAFKA_SSL_KEY_PATH: z.string().optional(),
    KAFKA_SSL_KEY_PASSWORD: z.string().optional(),
    KAFKA_COMPRESSION_TYPE: oneOf(compressionTypes as [string, ...string[]]).optional(),
  })
  .superRefine((env, context) => {
    const complain = (variable: string, message: string) =>
      context.addIssue({ code: 'custom', path: [variable], message })
    /** Each is needed where `condition` holds, and of no use where it does not. */
    const demand = (names: readonly (keyof typeof env)[], condition: boolean, because: string) => {
      for (const variable of names) {
        if (condition && env[variable] === undefined) complain(variable, `is not set, but ${because}`)
        if (!condition && env[variable] !== undefined) complain(variable, `is set, but ${because}`)
      }
    }
    const protocol = `KAFKA_SECURITY_PROTOCOL is ${env.KAFKA_SECURITY_PROTOCOL}`
    const mechanism = `KAFKA_SASL_MECHANISM is ${env.KAFKA_SASL_MECHANISM}`
    const wantsSasl = env.KAFKA_SECURITY_PROTOCOL.startsWith('SASL_')
    const wantsTokens = env.KAFKA_SASL_MECHANISM === 'OAUTHBEARER'
    demand(['KAFKA_SASL_MECHANISM'], wantsSasl, protocol)
    demand(passwordVariables, wantsSasl && !wantsTokens, wantsTokens ? mechanism : protocol)
    demand(tokenVariables, wantsTokens, mechanism)
    if (!wantsTokens) demand(['KAFKA_SASL_OAUTHBEARER_SCOPE'], false, mechanism)
    if (!env.KAFKA_SECURITY_PROTOCOL.endsWith('SSL')) demand(sslVariables, false, protocol)
    const certified = env.KAFKA_SSL_CERTIFICATE_PATH !== undefined
    demand(['KAFKA_SSL_KEY_PATH'], certified, `KAFKA_SSL_CERTIFICATE_PATH is ${certified ? '' : 'not '}`)
    if (!certified) demand(['KAFKA_SSL_KEY_PASSWORD'], false, 'KAFKA_SSL_CERTIFICATE_PATH is not')
  })

type Environment = z.infer<typeof environment>

/**
 * Reads `KAFKA_BROKERS`, `KAFKA_COMPRESSION_TYPE` and the security of the connection: `KAFKA_SECURITY_PROTOCOL`,
 * `KAFKA_SASL_MECHANISM` with `KAFKA_SASL_USERNAME` and `KAFKA_SASL_PASSWORD`, or for OAUTHBEARER with
 * `KAFKA_SASL_OAUTHBEARER_{TOKEN_ENDPOINT_URL,CLIENT_ID,CLIENT_SECRET,SCOPE}`; `KAFKA_CA_PATH`, and for mTLS
 * `KAFKA_SSL_{CERTIFICATE_PATH,KEY_PATH,KEY_PASSWORD}` (files in PEM). An empty variable counts as one that is not set.
 * @throws TerminalError CONFIG_INVALID, naming the variable (details: variable)
 */
export function kafkaConfigFromEnv(env: Readonly<Record<string, string | undefined>>): KafkaLogConfig {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) throw invalid(parsed.error.issues[0], set)
  const { KAFKA_BROKERS, KAFKA_SECURITY_PROTOCOL, KAFKA_COMPRESSION_TYPE } = parsed.data
  const sasl = saslOf(parsed.data)
  return {
    brokers: KAFKA_BROKERS,
    ...(KAFKA_SECURITY_PROTOCOL.endsWith('SSL') ? { ssl: tlsOf(parsed.data) } : {}),
    ...(sasl === undefined ? {} : { sasl }),
    ...(KAFKA_COMPRESSION_TYPE === undefined
      ? {}
      : { compression: KAFKA_COMPRESSION_TYPE as (typeof compressionTypes)[number] }),
  }
}

function tlsOf(env: Environment): true | ConnectionOptions {
  const { KAFKA_CA_PATH, KAFKA_SSL_CERTIFICATE_PATH, KAFKA_SSL_KEY_PATH, KAFKA_SSL_KEY_PASSWORD } = env
  const options: ConnectionOptions = {
    ...(KAFKA_CA_PATH ? { ca: contentOf('KAFKA_CA_PATH', KAFKA_CA_PATH) } : {}),
    ...(KAFKA_SSL_CERTIFICATE_PATH
      ? { cert: contentOf('KAFKA_SSL_CERTIFICATE_PATH', KAFKA_SSL_CERTIFICATE_PATH) }
      : {}),
    ...(KAFKA_SSL_KEY_PATH ? { key: contentOf('KAFKA_SSL_KEY_PATH', KAFKA_SSL_KEY_PATH) } : {}),
    ...(KAFKA_SSL_KEY_PASSWORD ? { passphrase: KAFKA_SSL_KEY_PASSWORD } : {}),
  }
  return Object.keys(options).length === 0 ? true : options
}

function saslOf(env: Environment): SASLOptions | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = env
  if (mechanism === undefined) return undefined
  if (mechanism === 'OAUTHBEARER') {
    const scope = env.KAFKA_SASL_OAUTHBEARER_SCOPE
    const tokens = oauthTokens({
      endpoint: env.KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL ?? '',
      clientId: env.KAFKA_SASL_OAUTHBEARER_CLIENT_ID ?? '',
      clientSecret: env.KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET ?? '',
      ...(scope === undefined ? {} : { scope }),
    })
    return { mechanism: 'oauthbearer', oauthBearerProvider: tokens }
  }
  return {
    mechanism: mechanism.toLowerCase() as Lowercase<typeof mechanism>,
    username: KAFKA_SASL_USERNAME ?? '',
    password: KAFKA_SASL_PASSWORD ?? '',
  }
}

function isAddress(broker: string): boolean {
  try {
    parseAddress(broker)
    return true
  } catch {
    return false
  }
}

function invalid(
  issue: z.core.$ZodIssue | undefined,
  set: Readonly<Record<string, string | undefined>>,
): TerminalError {
  const variable = String(issue?.path[0] ?? 'environment')
  // Only what was refused for itself is repeated: never a password.
  const value = set[variable]
  const shown = issue?.code === 'custom' && variable !== 'KAFKA_BROKERS' ? undefined : value
  const message = `${variable} ${issue?.message}${shown === undefined ? '' : `, but is ${JSON.stringify(shown)}`}`
  return new TerminalError('CONFIG_INVALID', message, { details: { variable } })
}

function contentOf(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new TerminalError('CONFIG_INVALID', `${variable}: ${messageOf(error)}`, {
      cause: error,
      details: { variable },
    })
  }
}
