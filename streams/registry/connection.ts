/** How a registry is reached: its address, who we are to it, and whom we trust. */
import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { messageOf, TerminalError } from '../errors'

export type RegistryCredentials = { readonly user: string; readonly password: string } | { readonly token: string }

/** PEM. */
export interface RegistryTls {
  /** Certificates of the authorities to trust, in place of the system's. */
  readonly ca?: string | Buffer
  /** Ours, where the registry asks for one. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
}

export interface RegistryConnection {
  /** For example `http://localhost:8081`, or with a path: `https://registry/apis/ccompat/v7`. */
  readonly url: string
  /** Basic credentials, or a bearer token. */
  readonly credentials?: RegistryCredentials
  readonly tls?: RegistryTls
}

/**
 * The registry that the environment names: `KAFKA_SCHEMA_REGISTRY` (its URL), `…_USER` and `…_PASSWORD` or `…_TOKEN`, and for
 * https `…_CA_PATH`, `…_CERT_PATH` and `…_KEY_PATH`. Undefined without a URL. An empty variable is an unset one.
 * @throws TerminalError CONFIG_INVALID, naming the variable
 */
export function registryFromEnv(
  environment: Readonly<Record<string, string | undefined>>,
): RegistryConnection | undefined {
  const named = (suffix: string) => environment[`KAFKA_SCHEMA_REGISTRY${suffix}`] || undefined
  const url = named('')
  if (url === undefined) return undefined
  if (!isRegistryUrl(url)) throw invalid('', `must be ${REGISTRY_URL}`)
  const credentials = credentialsOf(named('_USER'), named('_PASSWORD'), named('_TOKEN'))
  const file = (suffix: string) => {
    const path = named(suffix)
    return path === undefined ? undefined : readPem(suffix, path)
  }
  const [ca, cert, key] = [file('_CA_PATH'), file('_CERT_PATH'), file('_KEY_PATH')]
  if ((cert === undefined) !== (key === undefined)) {
    throw invalid(cert === undefined ? '_CERT_PATH' : '_KEY_PATH', 'must be set: a certificate and its key go together')
  }
  const tls = { ...(ca && { ca }), ...(cert && key && { cert, key }) }
  return { url, ...(credentials && { credentials }), ...(Object.keys(tls).length > 0 && { tls }) }
}

function credentialsOf(user?: string, password?: string, token?: string): RegistryCredentials | undefined {
  if (token !== undefined) {
    if (user === undefined) return { token }
    throw invalid('_TOKEN', 'must not be set, since KAFKA_SCHEMA_REGISTRY_USER is')
  }
  if (user === undefined) return undefined
  if (password === undefined) throw invalid('_PASSWORD', 'must be set, since KAFKA_SCHEMA_REGISTRY_USER is')
  return { user, password }
}

function readPem(suffix: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw invalid(suffix, `names a file that cannot be read: ${messageOf(cause)}`)
  }
}

/** What a registry's address has to be, for messages. */
export const REGISTRY_URL = 'an http or https URL, such as http://localhost:8081'

/** Whether a text is one; `localhost:8081` alone is a URL, too, but of another scheme. */
export function isRegistryUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function invalid(suffix: string, why: string): TerminalError {
  const variable = `KAFKA_SCHEMA_REGISTRY${suffix}`
  return new TerminalError('CONFIG_INVALID', `${variable} ${why}`, { details: { variable } })
}

/**
 * The connection with an address that may be shown: without an ending slash, and with credentials that stood in the URL
 * where they belong. @throws TerminalError CONFIG_INVALID
 */
export function plainConnection<C extends RegistryConnection>(connection: C): C {
  if (!isRegistryUrl(connection.url)) {
    throw new TerminalError('CONFIG_INVALID', `a registry's url must be ${REGISTRY_URL}`)
  }
  const address = new URL(connection.url)
  const [user, password] = [address.username, address.password].map(decodeURIComponent)
  address.username = ''
  address.password = ''
  const url = address.href.replace(/\/+$/, '')
  return { ...connection, url, ...(user && { credentials: { user, password: password ?? '' } }) }
}

/** Only what is reached by TLS needs an agent of its own. */
export function agentOf({ tls }: RegistryConnection): Agent | undefined {
  return tls && new Agent({ ...tls, keepAlive: true })
}

export function authorizationOf({ credentials }: RegistryConnection): string | undefined {
  if (credentials === undefined) return undefined
  if ('token' in credentials) return `Bearer ${credentials.token}`
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`
}
