import type {
  AuthenticationProviderArgs,
  Authenticator,
  Mechanism,
  OauthbearerProviderResponse,
  SASLOptions,
} from 'kafkajs'
import { TerminalError } from '../../errors'

const SEPARATOR = '\u0001'
const LENGTH_BYTES = 4

/**
 * SASL OAUTHBEARER (RFC 7628). kafkajs's own does not look at what the broker says to a token, and takes one that was
 * refused for accepted, so that it looks like an outage.
 */
export function withRefusals(sasl: SASLOptions | undefined): SASLOptions | Mechanism | undefined {
  if (sasl?.mechanism !== 'oauthbearer') return sasl
  const { oauthBearerProvider } = sasl
  const authenticationProvider = ({ host, port, saslAuthenticate }: AuthenticationProviderArgs): Authenticator => ({
    async authenticate() {
      const first = firstMessage(await oauthBearerProvider())
      const refusal = await saslAuthenticate({
        request: { encode: () => first },
        response: {
          decode: (raw: Buffer) => raw,
          parse: (challenge: Buffer) => challenge.subarray(LENGTH_BYTES).toString('utf8'),
        },
      })
      if (!refusal) return
      const message = `broker ${host}:${port} refuses the OAuth token: ${refusal}`
      throw new TerminalError('AUTHORIZATION_FAILED', message, { details: { kafka: 'SASL_AUTHENTICATION_FAILED' } })
    },
  })
  return { mechanism: 'OAUTHBEARER', authenticationProvider }
}

function firstMessage({ value }: OauthbearerProviderResponse): Buffer {
  const message = Buffer.from(`n,,${SEPARATOR}auth=Bearer ${value}${SEPARATOR}${SEPARATOR}`)
  const framed = Buffer.allocUnsafe(LENGTH_BYTES + message.length)
  framed.writeInt32BE(message.length)
  message.copy(framed, LENGTH_BYTES)
  return framed
}
