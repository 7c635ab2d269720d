/** Tokens for SASL OAUTHBEARER, by the client-credentials grant of OAuth 2.0 (RFC 6749, section 4.4; KIP-768). */
import { type Clock, systemClock } from '../../clock'
import { messageOf, TerminalError } from '../../errors'
import { lostError } from './errors'

export interface OauthOptions {
  /** sasl.oauthbearer.token.endpoint.url */
  readonly endpoint: string
  /** sasl.oauthbearer.client.credentials.client.id */
  readonly clientId: string
  /** sasl.oauthbearer.client.credentials.client.secret */
  readonly clientSecret: string
  /** sasl.oauthbearer.scope */
  readonly scope?: string
  /** ms. Default 5,000. */
  readonly timeoutMs?: number
  readonly clock?: Clock
}

interface Token {
  readonly value: string
  /** ms since the epoch. */
  readonly staleAt: number
}

/** As Java's clients do, a token is renewed when this much of its life is over. */
const LIFE_SHARE = 0.8
const DEFAULT_LIFE_S = 60

/**
 * A provider of tokens for kafkajs's `sasl`: each is asked for once and used until most of its life is over.
 * @throws (from the provider) TerminalError AUTHORIZATION_FAILED where the endpoint refuses; OutageError LOG_UNAVAILABLE
 *   where it does not answer
 */
export function oauthTokens(options: OauthOptions): () => Promise<{ readonly value: string }> {
  const { clock = systemClock } = options
  let token: Token | undefined
  let asking: Promise<Token> | undefined
  return async () => {
    if (token !== undefined && clock.now() < token.staleAt) return token
    asking ??= askForToken(options, clock).finally(() => {
      asking = undefined
    })
    token = await asking
    return token
  }
}

async function askForToken(options: OauthOptions, clock: Clock): Promise<Token> {
  const { endpoint, clientId, clientSecret, scope, timeoutMs = 5_000 } = options
  const what = `asking ${endpoint} for a token for ${clientId}`
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const began = clock.now()
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw lostError({ what, said: reasonOf(error), cause: error })
  })
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>
  // Too many requests are an outage; every other refusal says that something is set wrongly.
  const isOutage = response.status >= 500 || response.status === 429
  if (isOutage) throw lostError({ what, said: `it answered ${response.status}` })
  if (!response.ok || typeof body.access_token !== 'string') throw refused(what, response.status, body)
  const lifeS = typeof body.expires_in === 'number' ? body.expires_in : DEFAULT_LIFE_S
  return { value: body.access_token, staleAt: began + lifeS * 1_000 * LIFE_SHARE }
}

/** The reasons of RFC 6749, section 5.2, where there are any. */
function refused(what: string, status: number, { error, error_description: description }: Record<string, unknown>) {
  const said = [error, description].filter((part) => typeof part === 'string').join(': ')
  const reason = said || (status < 300 ? 'the answer holds no access_token' : 'without a reason')
  return new TerminalError('AUTHORIZATION_FAILED', `${what}: it answered ${status}: ${reason}`, { details: { status } })
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return messageOf(cause ?? error)
}
