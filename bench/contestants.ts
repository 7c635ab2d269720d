/** The programs that are measured, and how each is started. */
import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { transformFile } from '@swc/core'
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

const compiled = join(__dirname, 'dist')

/** As an application is deployed: the engine as the package has it, and its own program compiled too, like the other's. */
export const millrace: Contestant = {
  name: 'millrace',
  command: process.execPath,
  args: [join(compiled, 'aggregate.js')],
}

/** Makes `streams/dist`, as it is packed, and compiles the program that uses it. @throws Error with what the compiler says */
export async function buildMillrace(): Promise<void> {
  await buildEngine()
  const { code } = await transformFile(join(__dirname, 'aggregate.ts'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  })
  await mkdir(compiled, { recursive: true })
  await writeFile(join(compiled, 'aggregate.js'), code)
  for (const schema of ['order.avsc', 'totals.avsc']) await cp(join(__dirname, schema), join(compiled, schema))
}

async function buildEngine(): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', 'build', '-w', 'streams'], { cwd: root }).catch((error) => {
    throw new Error(`the engine does not compile:\n${error.stdout}${error.stderr}`)
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
