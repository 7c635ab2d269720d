import { TerminalError } from 'millrace'
import { readConfig } from './config'

describe('the configuration', () => {
  test('needs no variable at all', () => {
    expect(readConfig({})).toEqual({
      host: 'localhost',
      port: 8084,
      dataDir: './data',
      logLevel: 'info',
      processingGuarantee: 'exactly_once_v2',
      commitIntervalMs: 100,
      commandTimeoutMs: 10_000,
      payment: { declineAbove: '1000.00', latencyMs: 250, failureRate: 0 },
    })
  })

  test('takes the keys of personal data from one place, and never shows them', () => {
    expect(readConfig({ PERSONAL_DATA_KEYS: 'a:secret' })).toMatchObject({ personalData: { keys: 'a:secret' } })
    const both = () => readConfig({ PERSONAL_DATA_KEYS: 'a:secret', PERSONAL_DATA_KEYS_FILE: '/keys' })
    expect(both).toThrow('PERSONAL_DATA_KEYS_FILE must not be set')
    expect(both).not.toThrow('secret')
  })

  test('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', KAFKA_BROKERS: '', MONGODB_URI: '' })).toEqual(readConfig({}))
  })

  test('reads everything', () => {
    const config = readConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      DATA_DIR: '/var/lib/orders',
      LOG_LEVEL: 'debug',
      KAFKA_BROKERS: 'one:9092, [::1]:9093',
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'secret',
      KAFKA_SCHEMA_REGISTRY: 'https://registry.example/apis/ccompat/v7',
      KAFKA_SCHEMA_REGISTRY_USER: 'you',
      KAFKA_SCHEMA_REGISTRY_PASSWORD: 'hidden',
      MONGODB_URI: 'mongodb://user:pass@db:27017/orders',
      PERSONAL_DATA_KEYS_FILE: '/run/secrets/keys',
      APPLICATION_SERVER: 'orders-1:7070',
      QUERY_TOKEN: 'ours',
      PROCESSING_GUARANTEE: 'at_least_once',
      COMMIT_INTERVAL_MS: '50',
      COMMAND_TIMEOUT_MS: '2000',
      PAYMENT_DECLINE_ABOVE: '99.9',
      PAYMENT_LATENCY_MS: '0',
      PAYMENT_FAILURE_RATE: '.25',
    })
    expect(config).toEqual({
      host: '0.0.0.0',
      port: 0,
      dataDir: '/var/lib/orders',
      logLevel: 'debug',
      kafka: {
        brokers: ['one:9092', '[::1]:9093'],
        ssl: true,
        sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'secret' },
      },
      registry: { url: 'https://registry.example/apis/ccompat/v7', credentials: { user: 'you', password: 'hidden' } },
      mongoUri: 'mongodb://user:pass@db:27017/orders',
      personalData: { keysFile: '/run/secrets/keys' },
      queries: { server: 'orders-1:7070', token: 'ours' },
      processingGuarantee: 'at_least_once',
      commitIntervalMs: 50,
      commandTimeoutMs: 2_000,
      payment: { declineAbove: '99.90', latencyMs: 0, failureRate: 0.25 },
    })
  })

  test('speaks in the clear to a Kafka that says nothing of security', () => {
    expect(readConfig({ KAFKA_BROKERS: 'a:1' }).kafka).toEqual({ brokers: ['a:1'] })
  })

  test.each<[Record<string, string>, string]>([
    [{ PORT: 'abc' }, 'PORT must be an integer between 0 and 65535, but is "abc"'],
    [{ PORT: '65536' }, 'PORT must be an integer between 0 and 65535, but is "65536"'],
    [{ PORT: '-1' }, 'PORT must be an integer between 0 and 65535, but is "-1"'],
    [{ PORT: '80.5' }, 'PORT must be an integer between 0 and 65535, but is "80.5"'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, but is "loud"'],
    [
      { KAFKA_BROKERS: 'localhost' },
      'KAFKA_BROKERS must be host:port, or several separated by commas, but is "localhost"',
    ],
    [{ KAFKA_BROKERS: 'a:1,' }, 'KAFKA_BROKERS must be host:port, or several separated by commas, but is "a:1,"'],
    [
      { KAFKA_SCHEMA_REGISTRY: 'localhost:8081' },
      'KAFKA_SCHEMA_REGISTRY must be an http or https URL, but is "localhost:8081"',
    ],
    [
      { MONGODB_URI: 'mongo://u:p@db' },
      'MONGODB_URI must be a URI that begins with mongodb:// or mongodb+srv://, but is "mongo://***@db"',
    ],
    [
      { PROCESSING_GUARANTEE: 'exactly_once' },
      'PROCESSING_GUARANTEE must be one of exactly_once_v2, at_least_once, but is "exactly_once"',
    ],
    [{ COMMIT_INTERVAL_MS: '0' }, 'COMMIT_INTERVAL_MS must be an integer between 1 and 600000 (ms), but is "0"'],
    [
      { PAYMENT_DECLINE_ABOVE: '1.234' },
      'PAYMENT_DECLINE_ABOVE must be an amount with at most 2 decimals, but is "1.234"',
    ],
    [{ PAYMENT_FAILURE_RATE: '1.5' }, 'PAYMENT_FAILURE_RATE must be a number between 0 and 1, but is "1.5"'],
    [{ PORT: 'a\nb' }, 'PORT must be an integer between 0 and 65535, but is "a\\nb"'],
    [
      { KAFKA_BROKERS: 'a:1', KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' },
      'KAFKA_SASL_MECHANISM is not set, but KAFKA_SECURITY_PROTOCOL is SASL_SSL',
    ],
    [
      { KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'me' },
      'KAFKA_SASL_USERNAME is set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT',
    ],
    [
      { KAFKA_SCHEMA_REGISTRY: 'http://r', KAFKA_SCHEMA_REGISTRY_USER: 'me' },
      'KAFKA_SCHEMA_REGISTRY_PASSWORD must be set, since KAFKA_SCHEMA_REGISTRY_USER is',
    ],
    [
      { KAFKA_SCHEMA_REGISTRY: 'http://r', KAFKA_SCHEMA_REGISTRY_USER: 'me', KAFKA_SCHEMA_REGISTRY_TOKEN: 't' },
      'KAFKA_SCHEMA_REGISTRY_TOKEN must not be set, since KAFKA_SCHEMA_REGISTRY_USER is',
    ],
    [
      { KAFKA_SCHEMA_REGISTRY: 'https://r', KAFKA_SCHEMA_REGISTRY_CERT_PATH: 'package.json' },
      'KAFKA_SCHEMA_REGISTRY_KEY_PATH must be set: a certificate and its key go together',
    ],
  ])('refuses %j in one line', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(new TerminalError('CONFIG_INVALID', message))
    expect(message).not.toContain('\n')
  })

  test.each(['0', '1', '0.5', '.5', '1.0', '0.0'])('takes %s for a share', (rate) => {
    expect(readConfig({ PAYMENT_FAILURE_RATE: rate }).payment.failureRate).toBe(Number(rate))
  })

  test('never says a password', () => {
    const attempt = () =>
      readConfig({
        KAFKA_BROKERS: 'a:1',
        KAFKA_SECURITY_PROTOCOL: 'SSL',
        KAFKA_SASL_USERNAME: 'me',
        KAFKA_SASL_PASSWORD: 'secret',
      })
    expect(attempt).toThrow(/^KAFKA_SASL_USERNAME is set, but KAFKA_SECURITY_PROTOCOL is SSL/)
    expect(attempt).not.toThrow(/secret/)
  })
})
