import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Guard, startGuard } from './guard'
import type { KafkaNode, LocalKafka, StartOptions } from './handle'
import { findJava, kafkaJars } from './jars'
import { freePorts } from './ports'
import { nodeProperties } from './properties'

const START_TIMEOUT_MS = 60_000
const HEAP = '-Xmx768m'
const LOG4J = `status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = \${sys:kafka.log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
`

/**
 * Starts Kafka as child processes (KRaft, broker and controller in one) on free ports, with their data in a temporary
 * directory that is removed on stop. They end with this process, however it ends.
 * @throws Error that says what is missing or why it did not start
 */
export async function startLocalKafka(options: StartOptions = {}): Promise<LocalKafka> {
  const java = await findJava()
  const jars = await kafkaJars()
  const guard = startGuard()
  try {
    const nodes = await prepareNodes({ java, jars, guard }, options)
    await Promise.all(nodes.map((node) => node.start()))
    return { brokers: nodes.map((node) => node.address), source: 'java', nodes, stop: () => guard.close() }
  } catch (error) {
    await guard.close()
    throw error
  }
}

/**
 * Runs one of Kafka's own command-line tools, such as `org.apache.kafka.tools.consumer.ConsoleConsumer`.
 * @param input its standard input
 * @returns what it wrote to its standard output
 */
export async function runKafkaTool(className: string, args: readonly string[], input = ''): Promise<string> {
  const [java, jars] = await Promise.all([findJava(), kafkaJars()])
  const maxBuffer = 64 * 1024 * 1024
  const running = promisify(execFile)(java, ['-cp', classpath(jars), className, ...args], { maxBuffer })
  running.child.stdin?.end(input)
  const { stdout } = await running
  return stdout
}

interface Tools {
  readonly java: string
  readonly jars: string
  readonly guard: Guard
}

async function prepareNodes(tools: Tools, options: StartOptions): Promise<KafkaNode[]> {
  const count = options.nodes ?? 1
  const [ports, controllerPorts] = await choosePorts(count, options.port)
  const base = await mkdtemp(path.join(tmpdir(), 'millrace-kafka-'))
  tools.guard.hold('dir', base)
  await writeFile(path.join(base, 'log4j2.properties'), LOG4J)
  const clusterId = newClusterId()
  const prepare = async (port: number, index: number): Promise<KafkaNode> => {
    const directory = path.join(base, `node-${index + 1}`)
    await mkdir(directory)
    const config = path.join(directory, 'server.properties')
    const dataDir = path.join(directory, 'data')
    const node = { id: index + 1, port, controllerPorts, dataDir, extraListeners: options.listeners }
    await writeFile(config, nodeProperties(node, options.properties))
    const format = ['-cp', classpath(tools.jars), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config]
    await promisify(execFile)(tools.java, format)
    return localNode({ ...tools, id: node.id, address: `127.0.0.1:${port}`, base, directory })
  }
  return Promise.all(ports.map(prepare))
}

async function choosePorts(count: number, first?: number): Promise<[number[], number[]]> {
  const free = await freePorts(count * 2)
  const ports = free.slice(0, count)
  if (first !== undefined) ports[0] = first
  return [ports, free.slice(count)]
}

const classpath = (jars: string) => path.join(jars, '*')

interface NodeFiles extends Tools {
  readonly id: number
  readonly address: string
  readonly base: string
  readonly directory: string
}

function localNode(files: NodeFiles): KafkaNode {
  let running: { readonly child: ChildProcess; readonly ended: Promise<void> } | undefined
  let starts = 0
  return {
    id: files.id,
    address: files.address,
    async start() {
      starts++
      const logFile = path.join(files.directory, `server-${starts}.log`)
      running = spawnBroker(files, logFile)
      await untilStarted(running.child, logFile)
    },
    async kill(signal = 'SIGKILL') {
      running?.child.kill(signal)
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') return
      running?.child.ref() // or this process might end before it, with nothing left to wait for
      await running?.ended
    },
  }
}

function spawnBroker(files: NodeFiles, logFile: string) {
  const config = path.join(files.base, 'log4j2.properties')
  const args = [HEAP, `-Dlog4j2.configurationFile=${config}`, `-Dkafka.log.file=${logFile}`]
  args.push('-cp', classpath(files.jars), 'kafka.Kafka', path.join(files.directory, 'server.properties'))
  // In a process group of its own, so that Ctrl-C in a terminal reaches us alone and we decide how it ends.
  const child = spawn(files.java, args, { detached: true, stdio: 'ignore' })
  child.unref()
  const { pid } = child
  if (pid !== undefined) files.guard.hold('pid', pid)
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => {
      if (pid !== undefined) files.guard.release('pid', pid)
      resolve()
    })
  })
  return { child, ended }
}

/** Kafka opens its port before it may serve; its log says when it does. */
async function untilStarted(child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    const log = readLog(logFile)
    if (log.includes('Kafka Server started')) return
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Kafka ended at its start:\n${tail(log)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Kafka did not start within ${START_TIMEOUT_MS / 1000} s:\n${tail(readLog(logFile))}`)
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not there yet
  }
}

const tail = (log: string) => log.split('\n').slice(-15).join('\n')

/** 16 random bytes as Kafka writes them; never with a dash first, which its tool would take for an option. */
function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A')
}
