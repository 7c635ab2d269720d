import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import { z } from 'zod'
import type { Clock } from '../../clock'
import { messageOf, TerminalError } from '../../errors'
import type { Logger } from '../../logger'

export interface KafkaLogConfig {
  /** `host:port` of some brokers of the cluster; the others are found through them. */
  readonly brokers: readonly string[]
  /** Named in the brokers' logs, quotas and metrics. Default `millrace`. */
  readonly clientId?: string
  /** TLS, with `ca`, `cert` and `key` as PEM texts; `true` for TLS with the certificate authorities of Node. */
  readonly ssl?: boolean | ConnectionOptions
  /** As kafkajs takes it: plain, scram-sha-256, scram-sha-512, oauthbearer. */
  readonly sasl?: SASLOptions
  /**
   * How long anything is tried before it ends in OutageError LOG_UNAVAILABLE (ms); the last attempt may take its time
   * beyond that. Default 30,000.
   */
  readonly outageAfterMs?: number
  /** How long one request may take, beyond what the broker may hold it back for (ms). Default 15,000, or `outageAfterMs` if less. */
  readonly requestTimeoutMs?: number
  /** How long connecting to one broker, with TLS and SASL, may take (ms). Default 5,000. */
  readonly connectTimeoutMs?: number
  readonly logger?: Logger
  readonly clock?: Clock
}

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

const environment = z
  .object({
    KAFKA_BROKERS: z
      .string({ error: 'is not set; give host:port of one or more brokers, separated by commas' })
      .transform((list) => list.split(',').map((broker) => broker.trim()))
      .refine((brokers) => brokers.every(isAddress), { error: 'must be host:port, or several separated by commas' }),
    KAFKA_SECURITY_PROTOCOL: z
      .enum(protocols, { error: `must be one of ${protocols.join(', ')}` })
      .default('PLAINTEXT'),
    KAFKA_SASL_MECHANISM: z.enum(mechanisms, { error: `must be one of ${mechanisms.join(', ')}` }).optional(),
    KAFKA_SASL_USERNAME: z.string().optional(),
    KAFKA_SASL_PASSWORD: z.string().optional(),
    KAFKA_CA_PATH: z.string().optional(),
  })
  .superRefine((env, context) => {
    const complain = (variable: string, message: string) =>
      context.addIssue({ code: 'custom', path: [variable], message })
    const protocol = `KAFKA_SECURITY_PROTOCOL is ${env.KAFKA_SECURITY_PROTOCOL}`
    const wantsSasl = env.KAFKA_SECURITY_PROTOCOL.startsWith('SASL_')
    for (const variable of ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
      if (wantsSasl && env[variable] === undefined) complain(variable, `is not set, but ${protocol}`)
      if (!wantsSasl && env[variable] !== undefined) complain(variable, `is set, but ${protocol}`)
    }
    if (env.KAFKA_CA_PATH !== undefined && !env.KAFKA_SECURITY_PROTOCOL.endsWith('SSL')) {
      complain('KAFKA_CA_PATH', `is set, but ${protocol}`)
    }
  })

/**
 * Reads `KAFKA_BROKERS`, `KAFKA_SECURITY_PROTOCOL`, `KAFKA_SASL_MECHANISM`, `KAFKA_SASL_USERNAME`, `KAFKA_SASL_PASSWORD`
 * and `KAFKA_CA_PATH` (a file in PEM). An empty variable counts as one that is not set.
 * @throws TerminalError CONFIG_INVALID, naming the variable (details: variable)
 */
export function kafkaConfigFromEnv(env: Readonly<Record<string, string | undefined>>): KafkaLogConfig {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) throw invalid(parsed.error.issues[0], set)
  const { KAFKA_BROKERS, KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM, KAFKA_CA_PATH, ...credentials } = parsed.data
  return {
    brokers: KAFKA_BROKERS,
    ...(KAFKA_SECURITY_PROTOCOL.endsWith('SSL') ? { ssl: KAFKA_CA_PATH ? { ca: readCa(KAFKA_CA_PATH) } : true } : {}),
    ...(KAFKA_SASL_MECHANISM === undefined
      ? {}
      : {
          sasl: {
            mechanism: KAFKA_SASL_MECHANISM.toLowerCase() as Lowercase<typeof KAFKA_SASL_MECHANISM>,
            username: credentials.KAFKA_SASL_USERNAME ?? '',
            password: credentials.KAFKA_SASL_PASSWORD ?? '',
          },
        }),
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

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const details = { variable: 'KAFKA_CA_PATH' }
    throw new TerminalError('CONFIG_INVALID', `KAFKA_CA_PATH: ${messageOf(error)}`, { cause: error, details })
  }
}

/** `host:port`, with an IPv6 host in brackets. @throws TerminalError CONFIG_INVALID */
export function parseAddress(broker: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(broker)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || port < 1 || port > 65_535) {
    throw new TerminalError('CONFIG_INVALID', `"${broker}" is no broker address; it must be host:port`)
  }
  return { host, port }
}
