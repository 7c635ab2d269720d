import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { buildRoundTrip } from './build'

/** Apache Avro's Java library, which reads and writes in a process of its own. */
export interface JavaAvro {
  /** A value that was written with one schema, read as another, as Avro's JSON. @throws Error with what Java says */
  read(bytes: Buffer, writer: string, reader?: string): Promise<unknown>
  /** A value, given as Avro's JSON, in bytes. @throws Error with what Java says */
  write(json: unknown, schema: string): Promise<Buffer>
  close(): Promise<void>
}

/** @throws Error that says what is missing */
export async function startJavaAvro(): Promise<JavaAvro> {
  const { java, classpath } = await buildRoundTrip()
  const child = spawn(java, ['-Xmx256m', '-cp', classpath, 'RoundTrip'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = answersOf(child)
  const ask = async (verb: string, ...parts: readonly (string | Buffer)[]): Promise<Buffer> => {
    const answer = answers.next()
    child.stdin!.write(Buffer.concat([Buffer.from(verb), ...parts.map(framed)]))
    const bytes = await answer
    if (bytes[0] === 0x21) throw new Error(`Java says: ${bytes.toString('utf8', 1)}`)
    return bytes
  }
  return {
    read: async (bytes, writer, reader = writer) =>
      JSON.parse((await ask('r', writer, reader, bytes)).toString('utf8')),
    write: (json, schema) => ask('w', schema, JSON.stringify(json)),
    close: async () => {
      const exited = once(child, 'exit')
      child.stdin!.end()
      await exited
    },
  }
}

function framed(part: string | Buffer): Buffer {
  const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Answers come in the order of the requests. */
function answersOf(child: ChildProcess) {
  const waiting: { resolve(bytes: Buffer): void; reject(error: Error): void }[] = []
  let rest: Buffer = Buffer.alloc(0)
  child.stdout!.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      waiting.shift()?.resolve(rest.subarray(4, end))
      rest = rest.subarray(end)
    }
  })
  child.once('exit', (code) => {
    for (const one of waiting) one.reject(new Error(`Java ended with ${code}`))
  })
  return { next: () => new Promise<Buffer>((resolve, reject) => waiting.push({ resolve, reject })) }
}
