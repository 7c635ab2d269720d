import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TerminalError } from '../../errors'
import { parseAddress } from './config'
import { kafkaConfigFromEnv } from './environment'

const brokers = { KAFKA_BROKERS: 'one:9092' }
const sasl = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'alice',
  KAFKA_SASL_PASSWORD: 'secret',
}

const endpoint = 'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL'
const oauth = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://tokens.example/token',
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'orders',
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'secret',
}

test('brokers alone are enough', () => {
  expect(kafkaConfigFromEnv({ KAFKA_BROKERS: ' one:9092, two:9093 ' })).toEqual({ brokers: ['one:9092', 'two:9093'] })
})

test('an empty variable counts as not set', () => {
  expect(kafkaConfigFromEnv({ ...brokers, KAFKA_CA_PATH: '', KAFKA_SECURITY_PROTOCOL: '' })).toEqual({
    brokers: ['one:9092'],
  })
})

test('TLS and SASL are taken', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'millrace-config-'))
  const ca = path.join(directory, 'ca.pem')
  writeFileSync(ca, 'a certificate')
  expect(kafkaConfigFromEnv({ ...brokers, ...sasl, KAFKA_CA_PATH: ca })).toEqual({
    brokers: ['one:9092'],
    ssl: { ca: 'a certificate' },
    sasl: { mechanism: 'scram-sha-512', username: 'alice', password: 'secret' },
  })
  rmSync(directory, { recursive: true })
  expect(kafkaConfigFromEnv({ ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL' })).toMatchObject({ ssl: true })
})

test('compression is taken', () => {
  expect(kafkaConfigFromEnv({ ...brokers, KAFKA_COMPRESSION_TYPE: 'zstd' })).toMatchObject({ compression: 'zstd' })
})

test('mTLS is taken', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'millrace-config-'))
  const files = { cert: path.join(directory, 'cert.pem'), key: path.join(directory, 'key.pem') }
  for (const [name, file] of Object.entries(files)) writeFileSync(file, `the ${name}`)
  const env = { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE_PATH: files.cert, KAFKA_SSL_KEY_PATH: files.key }
  expect(kafkaConfigFromEnv({ ...brokers, ...env, KAFKA_SSL_KEY_PASSWORD: 'p' })).toMatchObject({
    ssl: { cert: 'the cert', key: 'the key', passphrase: 'p' },
  })
  rmSync(directory, { recursive: true })
})

test('OAUTHBEARER is taken', () => {
  expect(kafkaConfigFromEnv({ ...brokers, ...oauth })).toMatchObject({
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: expect.any(Function) },
  })
})

test.each([
  ['KAFKA_COMPRESSION_TYPE', { ...brokers, KAFKA_COMPRESSION_TYPE: 'brotli' }],
  ['KAFKA_SASL_OAUTHBEARER_CLIENT_ID', { ...brokers, ...oauth, KAFKA_SASL_OAUTHBEARER_CLIENT_ID: '' }],
  ['KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', { ...brokers, ...oauth, ...{ [endpoint]: '' } }],
  ['KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', { ...brokers, ...oauth, ...{ [endpoint]: 'ftp://tokens' } }],
  ['KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', { ...brokers, ...sasl, ...{ [endpoint]: 'https://tokens' } }],
  ['KAFKA_SASL_OAUTHBEARER_SCOPE', { ...brokers, ...sasl, KAFKA_SASL_OAUTHBEARER_SCOPE: 'kafka' }],
  ['KAFKA_SASL_USERNAME', { ...brokers, ...oauth, KAFKA_SASL_USERNAME: 'alice' }],
  ['KAFKA_SSL_CERTIFICATE_PATH', { ...brokers, KAFKA_SSL_CERTIFICATE_PATH: '/c', KAFKA_SSL_KEY_PATH: '/k' }],
  ['KAFKA_SSL_KEY_PATH', { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE_PATH: '/c' }],
  ['KAFKA_SSL_KEY_PATH', { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY_PATH: '/k' }],
  ['KAFKA_SSL_KEY_PASSWORD', { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY_PASSWORD: 'p' }],
  ['KAFKA_BROKERS', {}],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one' }],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one:9092,two' }],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'http://one:9092' }],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one:99999' }],
  ['KAFKA_SECURITY_PROTOCOL', { ...brokers, KAFKA_SECURITY_PROTOCOL: 'TLS' }],
  ['KAFKA_SASL_MECHANISM', { ...brokers, ...sasl, KAFKA_SASL_MECHANISM: 'GSSAPI' }],
  ['KAFKA_SASL_MECHANISM', { ...brokers, ...sasl, KAFKA_SASL_MECHANISM: '' }],
  ['KAFKA_SASL_USERNAME', { ...brokers, ...sasl, KAFKA_SASL_USERNAME: '' }],
  ['KAFKA_SASL_PASSWORD', { ...brokers, ...sasl, KAFKA_SASL_PASSWORD: '' }],
  ['KAFKA_SASL_USERNAME', { ...brokers, KAFKA_SASL_USERNAME: 'alice' }],
  ['KAFKA_CA_PATH', { ...brokers, KAFKA_CA_PATH: '/ca.pem' }],
  ['KAFKA_CA_PATH', { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_CA_PATH: '/nowhere/ca.pem' }],
])('%s is named when it is wrong: %j', (variable, env) => {
  const read = () => kafkaConfigFromEnv(env)
  expect(read).toThrow(TerminalError)
  expect(read).toThrow(new RegExp(`^${variable}`))
  expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', details: { variable } }))
})

test('no error shows the password', () => {
  expect(() => kafkaConfigFromEnv({ ...sasl, ...brokers, KAFKA_SASL_USERNAME: '' })).not.toThrow(/secret/)
})

test('addresses are names, IPv4 and IPv6', () => {
  expect(parseAddress('kafka-1.example:9092')).toEqual({ host: 'kafka-1.example', port: 9092 })
  expect(parseAddress('10.0.0.1:1')).toEqual({ host: '10.0.0.1', port: 1 })
  expect(parseAddress('[::1]:65535')).toEqual({ host: '::1', port: 65535 })
})
