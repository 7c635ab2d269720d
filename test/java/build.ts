import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { findJava } from '../kafka/jars'

const run = promisify(execFile)
const AVRO_VERSION = '1.12.0'
const SLF4J_VERSION = '2.0.16'
const BUILD_TIMEOUT_MS = 5 * 60_000
const source = path.join(__dirname, 'RoundTrip.java')

export interface Built {
  readonly java: string
  readonly classpath: string
}

/**
 * Compiles RoundTrip.java against Apache Avro, once for each version of it: the result is kept in the user's cache, where
 * it appears by a rename. @throws Error that says what is missing
 */
export async function buildRoundTrip(): Promise<Built> {
  const java = await findJava()
  const name = createHash('sha256')
    .update(AVRO_VERSION)
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16)
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'millrace')
  const target = path.join(cache, `avro-${name}`)
  const built = { java, classpath: [target, path.join(target, 'lib', '*')].join(path.delimiter) }
  if (existsSync(target)) return built
  await mkdir(cache, { recursive: true })
  const directory = await mkdtemp(path.join(cache, 'building-'))
  try {
    await build(directory)
    await rename(directory, target).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(target)) throw error // otherwise another process was faster, and its build is as good
    })
    return built
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function build(directory: string): Promise<void> {
  const pom = path.join(directory, 'pom.xml')
  const lib = path.join(directory, 'lib')
  await writeFile(pom, pomXml())
  await tool('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`])
  await tool('javac', ['-cp', path.join(lib, '*'), '-d', directory, source])
}

async function tool(command: string, args: readonly string[]): Promise<void> {
  await run(command, [...args], { timeout: BUILD_TIMEOUT_MS }).catch(
    (error: NodeJS.ErrnoException & { readonly stdout?: string; readonly stderr?: string }) => {
      if (error.code === 'ENOENT') throw new Error(`there is Java but no ${command}`)
      const line = /ERROR.*$/m.exec(error.stdout ?? '')?.[0] ?? error.stderr ?? error.message
      throw new Error(`${command} failed: ${line}`)
    },
  )
}

function pomXml(): string {
  const dependencies = [
    ['org.apache.avro', 'avro', AVRO_VERSION],
    ['org.slf4j', 'slf4j-nop', SLF4J_VERSION],
  ].map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  )
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace</groupId><artifactId>avro-round-trip</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>
`
}
