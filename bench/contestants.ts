/** The programs that are measured, and how each is started. */
import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findJava } from '../test/kafka/jars'

export type ContestantName = 'millrace' | 'kafka-streams' | 'kafkajs'

export interface Contestant {
  readonly name: ContestantName
  readonly command: string
  readonly args: readonly string[]
}

const root = join(__dirname, '..')
const javaProject = join(__dirname, 'kafka-streams')
const jar = join(javaProject, 'target', 'bench.jar')

export const typescript = (file: string): Pick<Contestant, 'command' | 'args'> => ({
  command: process.execPath,
  args: ['--conditions=source', '--require', 'tsx/cjs', file],
})

/** As an application has us: the engine compiled, as the package is, and its own file in TypeScript. */
export const millrace: Contestant = {
  name: 'millrace',
  command: process.execPath,
  args: ['--require', 'tsx/cjs', join(__dirname, 'aggregate.ts')],
}

/** Compiles the engine into `streams/dist`, as it is packed. @throws Error with what the compiler says */
export async function buildEngine(): Promise<void> {
  await rm(join(root, 'streams', 'dist'), { recursive: true, force: true })
  await promisify(execFile)('npm', ['run', '--silent', 'build', '-w', 'streams'], { cwd: root }).catch((error) => {
    throw new Error(`the engine does not compile:\n${error.stdout}`)
  })
}

export const kafkajsLoop: Contestant = {
  name: 'kafkajs',
  ...typescript(join(root, 'streams', 'bench', 'kafkajs-loop.ts')),
}

/** Avro's Java library makes objects only of classes that it has been told to trust. */
const AVRO_TRUST = '-Dorg.apache.avro.SERIALIZABLE_PACKAGES=bench'

/** Kafka Streams as `bench/kafka-streams` uses it, built where it is not yet. @throws Error without Java 17 or Maven */
export async function kafkaStreams(): Promise<Contestant> {
  const java = await findJava()
  if (!isBuilt()) await promisify(execFile)('mvn', ['-q', '-B', 'package'], { cwd: javaProject, timeout: 600_000 })
  const classpath = [jar, join(javaProject, 'target', 'lib', '*')].join(process.platform === 'win32' ? ';' : ':')
  return { name: 'kafka-streams', command: java, args: [AVRO_TRUST, '-cp', classpath, 'bench.Aggregate'] }
}

function isBuilt(): boolean {
  if (!existsSync(jar)) return false
  const sources = ['Aggregate', 'AvroSerdes', 'JsonSerde', 'Order', 'Totals'].map((name) =>
    join(javaProject, 'src', 'main', 'java', 'bench', `${name}.java`),
  )
  const built = statSync(jar).mtimeMs
  return [join(javaProject, 'pom.xml'), ...sources].every((source) => statSync(source).mtimeMs <= built)
}
