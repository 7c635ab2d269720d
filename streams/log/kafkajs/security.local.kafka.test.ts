import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { runKafkaTool } from '../../../test/kafka/java'
import { localKafkaSuite } from '../../../test/kafka/suite'
import { OutageError, TerminalError } from '../../errors'
import { recordsBuffer } from '../records'
import { kafkaConfigFromEnv, openKafkaLog } from '.'

const testTimeoutMs = 60_000
const SESSION_MS = 1_500
const directory = mkdtempSync(path.join(tmpdir(), 'millrace-security-'))
const inDirectory = (name: string) => path.join(directory, name)
const plainLogin = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
const tokens = 'org.apache.kafka.common.security.oauthbearer.internals.unsecured'
const tokenLogin = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required'
const scramLogin = 'org.apache.kafka.common.security.scram.ScramLoginModule required'

/** The listener keeps its name and speaks SASL over TLS, with a certificate that signs itself. */
async function secured() {
  const keytool = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'keytool') : 'keytool'
  const run = (...args: string[]) => promisify(execFile)(keytool, [...args, '-storepass', 'changeit'])
  const keys = inDirectory('keys.p12')
  const trust = inDirectory('trust.p12')
  const named = ['-dname', 'CN=localhost', '-ext', 'SAN=ip:127.0.0.1']
  await run('-genkeypair', '-alias', 'kafka', '-keyalg', 'RSA', ...named, '-keystore', keys, '-storetype', 'PKCS12')
  await run('-exportcert', '-rfc', '-alias', 'kafka', '-keystore', keys, '-file', inDirectory('ca.pem'))
  const imported = ['-noprompt', '-alias', 'kafka', '-file', inDirectory('ca.pem')]
  await run('-importcert', ...imported, '-keystore', trust, '-storetype', 'PKCS12')
  return {
    properties: {
      'listener.security.protocol.map': 'PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT',
      'ssl.keystore.location': keys,
      'ssl.keystore.password': 'changeit',
      'ssl.truststore.location': trust,
      'ssl.truststore.password': 'changeit',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512,OAUTHBEARER',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.plaintext.plain.sasl.jaas.config': `${plainLogin} username="broker" password="b" user_broker="b" user_alice="secret";`,
      'listener.name.plaintext.scram-sha-512.sasl.jaas.config': `${scramLogin};`,
      'listener.name.plaintext.oauthbearer.sasl.jaas.config': `${tokenLogin};`,
      // It takes tokens that nobody has signed, as Kafka offers for tests.
      'listener.name.plaintext.oauthbearer.sasl.server.callback.handler.class': `${tokens}.OAuthBearerUnsecuredValidatorCallbackHandler`,
      'connections.max.reauth.ms': String(SESSION_MS),
    },
  }
}

localKafkaSuite('a broker with TLS and SASL', secured, (kafka) => {
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const env = (over: Readonly<Record<string, string>> = {}) => ({
    KAFKA_BROKERS: kafka().brokers.join(','),
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'PLAIN',
    KAFKA_SASL_USERNAME: 'alice',
    KAFKA_SASL_PASSWORD: 'secret',
    KAFKA_CA_PATH: inDirectory('ca.pem'),
    ...over,
  })

  test(
    'is read from and written to beyond the end of a session, with requests always under way',
    async () => {
      const log = await openKafkaLog(kafkaConfigFromEnv(env()))
      await log.admin.createTopics([{ name: 'secured', partitions: 1 }])
      const producer = await log.producer({ clientId: 'test' })
      const reader = await log.reader({ isolation: 'read_committed' })
      reader.assign([{ topic: 'secured', partition: 0, offset: 0 }])
      const began = Date.now()
      const seen: (string | undefined)[] = []
      let sent = 0
      while (Date.now() - began < 3 * SESSION_MS) {
        const records = recordsBuffer()
        records.append(null, Buffer.from(String(sent)), 1, [])
        await producer.send([{ topic: 'secured', partition: 0, records }])
        sent += 1
        for (const batch of await reader.poll(20)) seen.push(...batch.records.map(({ value }) => value?.toString()))
      }
      while (seen.length < sent) {
        for (const batch of await reader.poll(500)) seen.push(...batch.records.map(({ value }) => value?.toString()))
      }
      expect(seen).toEqual(Array.from({ length: sent }, (_, index) => String(index)))
      await log.close()
    },
    testTimeoutMs,
  )

  test(
    'lets SCRAM users in',
    async () => {
      const config = inDirectory('admin.properties')
      const lines = ['security.protocol=SASL_SSL', 'sasl.mechanism=PLAIN', 'ssl.truststore.password=changeit']
      lines.push(`ssl.truststore.location=${inDirectory('trust.p12')}`)
      lines.push(`sasl.jaas.config=${plainLogin} username="broker" password="b";`)
      writeFileSync(config, lines.join('\n'))
      const server = ['--bootstrap-server', kafka().brokers[0]!, '--command-config', config]
      const user = ['--entity-type', 'users', '--entity-name', 'bob', '--add-config', 'SCRAM-SHA-512=[password=hidden]']
      await runKafkaTool('kafka.admin.ConfigCommand', [...server, '--alter', ...user])
      const bob = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'bob', KAFKA_SASL_PASSWORD: 'hidden' }
      const log = await openKafkaLog(kafkaConfigFromEnv(env(bob)))
      expect(await log.admin.listTopics()).toEqual(expect.any(Array))
      await log.close()
    },
    testTimeoutMs,
  )

  test(
    'lets in who has a token of the endpoint, beyond the life of one token, and nobody else',
    async () => {
      const endpoint = await startTokenEndpoint()
      const oauth = {
        KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
        KAFKA_SASL_USERNAME: '',
        KAFKA_SASL_PASSWORD: '',
        KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: endpoint.url,
        KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'orders',
        KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'secret',
        KAFKA_SASL_OAUTHBEARER_SCOPE: 'kafka',
      }
      const log = await openKafkaLog(kafkaConfigFromEnv(env(oauth)))
      const began = Date.now()
      while (Date.now() - began < 3 * TOKEN_LIFE_MS) {
        expect(await log.admin.listTopics()).toEqual(expect.any(Array))
        await sleep(100)
      }
      expect(endpoint.given).toBeGreaterThan(1)
      await log.close()

      const wrong = { ...oauth, KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'wrong' }
      const opening = openKafkaLog(kafkaConfigFromEnv(env(wrong)))
      await expect(opening).rejects.toMatchObject({ name: 'TerminalError', code: 'AUTHORIZATION_FAILED' })
      await expect(opening).rejects.toThrow(/invalid_client/)
      await endpoint.close()
      const unreachable = openKafkaLog({ ...kafkaConfigFromEnv(env(oauth)), outageAfterMs: 200 })
      await expect(unreachable).rejects.toBeInstanceOf(OutageError)
    },
    testTimeoutMs,
  )

  test(
    'refuses a token that it does not believe',
    async () => {
      const forged = { mechanism: 'oauthbearer' as const, oauthBearerProvider: async () => ({ value: 'a.b.c' }) }
      const opening = openKafkaLog({ ...kafkaConfigFromEnv(env()), sasl: forged })
      await expect(opening).rejects.toMatchObject({ name: 'TerminalError', code: 'AUTHORIZATION_FAILED' })
    },
    testTimeoutMs,
  )

  test(
    'refuses a wrong password at once, which is no outage',
    async () => {
      const opening = openKafkaLog(kafkaConfigFromEnv(env({ KAFKA_SASL_PASSWORD: 'wrong' })))
      await expect(opening).rejects.toMatchObject({ code: 'AUTHORIZATION_FAILED' })
      await expect(opening).rejects.toBeInstanceOf(TerminalError)
      await expect(opening).rejects.not.toThrow(/wrong/)
    },
    testTimeoutMs,
  )

  test(
    'is not trusted without its certificate, and the error says so',
    async () => {
      const config = kafkaConfigFromEnv(env({ KAFKA_CA_PATH: '' }))
      const opening = openKafkaLog({ ...config, outageAfterMs: 200 })
      await expect(opening).rejects.toBeInstanceOf(OutageError)
      await expect(opening).rejects.toThrow(/self-signed certificate/)
    },
    testTimeoutMs,
  )
})

const TOKEN_LIFE_MS = 1_000

/** Gives unsigned tokens to the client `orders` with the right secret. */
async function startTokenEndpoint() {
  let given = 0
  const server = createServer((request, response) => {
    const credentials = Buffer.from((request.headers.authorization ?? '').slice('Basic '.length), 'base64').toString()
    const mayEnter = credentials === 'orders:secret'
    const body = mayEnter
      ? { access_token: unsignedToken(), expires_in: TOKEN_LIFE_MS / 1_000 }
      : { error: 'invalid_client' }
    given += mayEnter ? 1 : 0
    response.writeHead(mayEnter ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    get given() {
      return given
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function unsignedToken(): string {
  const now = Date.now() / 1_000
  const parts = [{ alg: 'none' }, { sub: 'alice', scope: 'kafka', iat: now, exp: now + TOKEN_LIFE_MS / 1_000 }]
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
}

/** The broker and its client each have a certificate that signs itself, and know the other's. */
async function mutual() {
  const openssl = (name: string, subject: string, ...more: string[]) => {
    const files = ['-keyout', inDirectory(`${name}.key`), '-out', inDirectory(`${name}.pem`)]
    const certificate = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', subject, ...more]
    return promisify(execFile)('openssl', ['req', ...certificate, ...files])
  }
  mkdirSync(directory, { recursive: true })
  await openssl('broker', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1')
  await openssl('client', '/CN=alice')
  const pem = (...names: string[]) => names.map((name) => readFileSync(inDirectory(name), 'utf8')).join('')
  writeFileSync(inDirectory('broker-keys.pem'), pem('broker.key', 'broker.pem'))
  writeFileSync(inDirectory('trusted.pem'), pem('broker.pem', 'client.pem'))
  return {
    properties: {
      'listener.security.protocol.map': 'PLAINTEXT:SSL,CONTROLLER:PLAINTEXT',
      'ssl.client.auth': 'required',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': inDirectory('broker-keys.pem'),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': inDirectory('trusted.pem'),
    },
  }
}

localKafkaSuite('a broker with mTLS', mutual, (kafka) => {
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const env = () => ({
    KAFKA_BROKERS: kafka().brokers.join(','),
    KAFKA_SECURITY_PROTOCOL: 'SSL',
    KAFKA_CA_PATH: inDirectory('broker.pem'),
  })

  test(
    'lets in who shows a certificate it trusts',
    async () => {
      const certificate = {
        KAFKA_SSL_CERTIFICATE_PATH: inDirectory('client.pem'),
        KAFKA_SSL_KEY_PATH: inDirectory('client.key'),
      }
      const log = await openKafkaLog(kafkaConfigFromEnv({ ...env(), ...certificate }))
      expect(await log.admin.listTopics()).toEqual([])
      await log.close()
    },
    testTimeoutMs,
  )

  test(
    'refuses who shows none, and the error says so',
    async () => {
      const opening = openKafkaLog({ ...kafkaConfigFromEnv(env()), outageAfterMs: 200 })
      await expect(opening).rejects.toThrow(/certificate/)
    },
    testTimeoutMs,
  )
})
