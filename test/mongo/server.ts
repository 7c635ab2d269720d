import { execFileSync, spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { findJava, mongoJars } from './jars'

const IMAGE = 'mongo:8'
const PULL_TIMEOUT_MS = 5 * 60_000

/** A MongoDB, or something that speaks like one, to test against. */
export interface MongoHandle {
  readonly uri: string
  /** Ends what was started for this handle; a server we were only given stays as it is. */
  stop(): Promise<void>
}

/** How to come by a server; found before anything is started. */
export interface MongoWay {
  readonly source: 'MONGODB_URI' | 'docker' | 'java'
  start(): Promise<MongoHandle>
}

/** Looked for in this order: `MONGODB_URI`, a Docker engine that has the image, Java 17 with Maven. @throws Error that says what is missing */
export function findMongo(): MongoWay {
  const uri = process.env.MONGODB_URI
  if (uri) return { source: 'MONGODB_URI', start: async () => ({ uri, stop: async () => undefined }) }
  if (dockerHasImage()) return { source: 'docker', start: async () => startContainer() }
  const [java, jars] = [findJava(), mongoJars()]
  return { source: 'java', start: () => startJavaServer(java, jars) }
}

function dockerHasImage(): boolean {
  const docker = (args: readonly string[], timeout: number) =>
    spawnSync('docker', args, { timeout, stdio: 'ignore' }).status === 0
  if (!docker(['version'], 5_000)) return false
  return docker(['image', 'inspect', IMAGE], 5_000) || docker(['pull', '-q', IMAGE], PULL_TIMEOUT_MS)
}

function startContainer(): MongoHandle {
  const docker = (...args: readonly string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim()
  const id = docker('run', '--detach', '--rm', '--publish', '127.0.0.1::27017', IMAGE)
  const port = docker('port', id, '27017/tcp').split(':').at(-1)
  return {
    uri: `mongodb://127.0.0.1:${port}`,
    stop: async () => {
      docker('rm', '--force', '--volumes', id)
    },
  }
}

/** The server ends by itself when this process is gone: its input is then closed. */
export async function startJavaServer(java: string, jars: string, port = 0): Promise<MongoHandle> {
  const args = ['-cp', path.join(jars, '*'), path.join(__dirname, 'Start.java'), String(port)]
  const server = spawn(java, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const listening = new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).once('line', (line) => resolve(line.replace('port ', '')))
    server.once('error', reject).once('exit', (code) => reject(new Error(`the MongoDB server ended with code ${code}`)))
  })
  return {
    uri: `mongodb://127.0.0.1:${await listening}`,
    stop: async () => {
      server.kill('SIGKILL')
      await ended
    },
  }
}
