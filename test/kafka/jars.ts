import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { KAFKA_VERSION } from './handle'

const run = promisify(execFile)
const SLF4J_BINDING_VERSION = '2.24.3'
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000

/** The `java` command, if it is Java 17 or later. @throws Error that says what is missing */
export async function findJava(): Promise<string> {
  const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
  const output = await run(java, ['-version']).catch(() => undefined)
  if (output === undefined) throw new Error('there is no Java')
  const version = /version "(?:1\.)?(\d+)/.exec(output.stderr)?.[1]
  if (Number(version) < 17) throw new Error(`Java ${version} is older than 17`)
  return java
}

/**
 * The directory of Kafka's jars in the user's cache, fetched by Maven where it is not there yet. It appears by a rename,
 * so that it is whole or absent, however many processes fetch at once.
 * @throws Error that says what is missing
 */
export async function kafkaJars(): Promise<string> {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'millrace')
  const target = path.join(cache, `kafka-${KAFKA_VERSION}`)
  if (existsSync(target)) return target
  await mkdir(cache, { recursive: true })
  const fetched = await mkdtemp(path.join(cache, 'fetching-'))
  try {
    await fetchJars(fetched)
    await rename(path.join(fetched, 'lib'), target).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(target)) throw error // otherwise another process was faster, and its copy is as good
    })
    return target
  } finally {
    await rm(fetched, { recursive: true, force: true })
  }
}

async function fetchJars(directory: string): Promise<void> {
  const pom = path.join(directory, 'pom.xml')
  await writeFile(pom, pomXml())
  const mvn = process.platform === 'win32' ? 'mvn.cmd' : 'mvn'
  const lib = path.join(directory, 'lib')
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`]
  await run(mvn, args, { timeout: DOWNLOAD_TIMEOUT_MS }).catch((error: NodeJS.ErrnoException & { stdout?: string }) => {
    if (error.code === 'ENOENT') throw new Error('there is Java but no Maven to fetch the jars of Kafka')
    const line = /ERROR.*$/m.exec(error.stdout ?? '')?.[0] ?? error.message
    throw new Error(`Maven could not fetch the jars of Kafka ${KAFKA_VERSION}: ${line}`)
  })
}

/** kafka-tools brings the console tools, log4j-slf4j-impl the binding without which Kafka logs nothing. */
function pomXml(): string {
  const dependencies = [
    ['org.apache.kafka', 'kafka_2.13', KAFKA_VERSION],
    ['org.apache.kafka', 'kafka-tools', KAFKA_VERSION],
    ['org.apache.logging.log4j', 'log4j-slf4j-impl', SLF4J_BINDING_VERSION],
  ].map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  )
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>
`
}
