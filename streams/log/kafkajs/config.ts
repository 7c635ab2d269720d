import type { ConnectionOptions } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import type { Clock } from '../../clock'
import { TerminalError } from '../../errors'
import type { Logger } from '../../logger'
import type { CompressionType } from '../records'

export interface KafkaLogConfig {
  /** `host:port` of some brokers of the cluster; the others are found through them. */
  readonly brokers: readonly string[]
  /** Named in the brokers' logs, quotas and metrics. Default `millrace`. */
  readonly clientId?: string
  /**
   * TLS, with `ca` and, where brokers ask who we are, `cert`, `key` and `passphrase` as PEM texts; `true` for TLS with
   * the certificate authorities of Node.
   */
  readonly ssl?: boolean | ConnectionOptions
  /** As kafkajs takes it: plain, scram-sha-256, scram-sha-512, oauthbearer (`oauthTokens` gives its provider). */
  readonly sasl?: SASLOptions
  /** How what is written is packed (compression.type). Default `none`; everything is read, however it is packed. */
  readonly compression?: CompressionType
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
