import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
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

type Variable =
  | 'KAFKA_BROKERS'
  | 'KAFKA_COMPRESSION_TYPE'
  | 'KAFKA_SECURITY_PROTOCOL'
  | 'KAFKA_SASL_MECHANISM'
  | 'KAFKA_SASL_OAUTHBEARER_SCOPE'
  | (typeof passwordVariables)[number]
  | (typeof tokenVariables)[number]
  | (typeof sslVariables)[number]

/** Gives the value of a variable; undefined where it is not set, or empty. */
type Environment = (variable: Variable) => string | undefined

/**
 * Reads `KAFKA_BROKERS`, `KAFKA_COMPRESSION_TYPE` and the security of the connection: `KAFKA_SECURITY_PROTOCOL`,
 * `KAFKA_SASL_MECHANISM` with `KAFKA_SASL_USERNAME` and `KAFKA_SASL_PASSWORD`, or for OAUTHBEARER with
 * `KAFKA_SASL_OAUTHBEARER_{TOKEN_ENDPOINT_URL,CLIENT_ID,CLIENT_SECRET,SCOPE}`; `KAFKA_CA_PATH`, and for mTLS
 * `KAFKA_SSL_{CERTIFICATE_PATH,KEY_PATH,KEY_PASSWORD}` (files in PEM). An empty variable counts as one that is not set.
 * @throws TerminalError CONFIG_INVALID, naming the variable (details: variable)
 */
export function kafkaConfigFromEnv(given: Readonly<Record<string, string | undefined>>): KafkaLogConfig {
  const env: Environment = (variable) => (given[variable] === '' ? undefined : given[variable])
  const brokers = brokersOf(env)
  const protocol = oneOf(env, 'KAFKA_SECURITY_PROTOCOL', protocols) ?? 'PLAINTEXT'
  const mechanism = oneOf(env, 'KAFKA_SASL_MECHANISM', mechanisms)
  const compression = oneOf(env, 'KAFKA_COMPRESSION_TYPE', compressionTypes)
  refuseOtherThanUrl(env, 'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL')
  refuseContradictions(env, protocol, mechanism)
  return {
    brokers,
    ...(protocol.endsWith('SSL') && { ssl: tlsOf(env) }),
    ...(mechanism !== undefined && { sasl: saslOf(env, mechanism) }),
    ...(compression !== undefined && { compression }),
  }
}

function brokersOf(env: Environment): readonly string[] {
  const list = env('KAFKA_BROKERS')
  if (list === undefined) {
    throw invalid('KAFKA_BROKERS', 'is not set; give host:port of one or more brokers, separated by commas')
  }
  const brokers = list.split(',').map((broker) => broker.trim())
  if (brokers.every(isAddress)) return brokers
  throw invalid('KAFKA_BROKERS', `must be host:port, or several separated by commas, but is ${JSON.stringify(list)}`)
}

function isAddress(broker: string): boolean {
  try {
    parseAddress(broker)
    return true
  } catch {
    return false
  }
}

function oneOf<T extends string>(env: Environment, variable: Variable, names: readonly T[]): T | undefined {
  const value = env(variable)
  const found = names.find((name) => name === value)
  if (value === undefined || found !== undefined) return found
  throw invalid(variable, `must be one of ${names.join(', ')}, but is ${JSON.stringify(value)}`)
}

function refuseOtherThanUrl(env: Environment, variable: Variable): void {
  const value = env(variable)
  if (value === undefined || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return
  throw invalid(variable, `must be a URL of http or https, but is ${JSON.stringify(value)}`)
}

/** What these errors name may be a password: they do not repeat it. */
function refuseContradictions(
  env: Environment,
  protocol: (typeof protocols)[number],
  mechanism: (typeof mechanisms)[number] | undefined,
): void {
  /** Each is needed where `condition` holds, and of no use where it does not. */
  const demand = (variables: readonly Variable[], condition: boolean, because: string) => {
    for (const variable of variables) {
      const isSet = env(variable) !== undefined
      if (isSet !== condition) throw invalid(variable, `is ${isSet ? 'set' : 'not set'}, but ${because}`)
    }
  }
  const protocolIs = `KAFKA_SECURITY_PROTOCOL is ${protocol}`
  const mechanismIs = `KAFKA_SASL_MECHANISM is ${mechanism ?? 'not set'}`
  const wantsSasl = protocol.startsWith('SASL_')
  const wantsTokens = mechanism === 'OAUTHBEARER'
  demand(['KAFKA_SASL_MECHANISM'], wantsSasl, protocolIs)
  demand(passwordVariables, wantsSasl && !wantsTokens, wantsTokens ? mechanismIs : protocolIs)
  demand(tokenVariables, wantsTokens, mechanismIs)
  if (!wantsTokens) demand(['KAFKA_SASL_OAUTHBEARER_SCOPE'], false, mechanismIs)
  if (!protocol.endsWith('SSL')) demand(sslVariables, false, protocolIs)
  const certified = env('KAFKA_SSL_CERTIFICATE_PATH') !== undefined
  demand(['KAFKA_SSL_KEY_PATH'], certified, `KAFKA_SSL_CERTIFICATE_PATH is ${certified ? '' : 'not '}set`)
  if (!certified) demand(['KAFKA_SSL_KEY_PASSWORD'], false, 'KAFKA_SSL_CERTIFICATE_PATH is not set')
}

function tlsOf(env: Environment): true | ConnectionOptions {
  const ca = contentOf(env, 'KAFKA_CA_PATH')
  const cert = contentOf(env, 'KAFKA_SSL_CERTIFICATE_PATH')
  const key = contentOf(env, 'KAFKA_SSL_KEY_PATH')
  const passphrase = env('KAFKA_SSL_KEY_PASSWORD')
  const options: ConnectionOptions = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
  }
  return Object.keys(options).length === 0 ? true : options
}

function contentOf(env: Environment, variable: Variable): string | undefined {
  const path = env(variable)
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw invalid(variable, `names a file that cannot be read: ${messageOf(error)}`, error)
  }
}

function saslOf(env: Environment, mechanism: (typeof mechanisms)[number]): SASLOptions {
  if (mechanism === 'OAUTHBEARER') {
    const scope = env('KAFKA_SASL_OAUTHBEARER_SCOPE')
    const tokens = oauthTokens({
      endpoint: env('KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL') ?? '',
      clientId: env('KAFKA_SASL_OAUTHBEARER_CLIENT_ID') ?? '',
      clientSecret: env('KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET') ?? '',
      ...(scope === undefined ? {} : { scope }),
    })
    return { mechanism: 'oauthbearer', oauthBearerProvider: tokens }
  }
  return {
    mechanism: mechanism.toLowerCase() as Lowercase<typeof mechanism>,
    username: env('KAFKA_SASL_USERNAME') ?? '',
    password: env('KAFKA_SASL_PASSWORD') ?? '',
  }
}

function invalid(variable: Variable, problem: string, cause?: unknown): TerminalError {
  return new TerminalError('CONFIG_INVALID', `${variable} ${problem}`, { cause, details: { variable } })
}
