import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../cli/run-command'
import { registerSchemas } from '../../cli/schemas'
import { asking, newSubject, recordOf, required, x, y } from './asking'

/** `millrace schemas` between a directory and a registry. */
export function toolingSuite(url: () => string): void {
  let directory: string
  let subject: string
  beforeAll(() => asking(url)('PUT', '/config', { compatibility: 'BACKWARD' }))
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-schemas-'))
    subject = newSubject()
    save(recordOf(subject, x))
  })
  afterEach(() => rmSync(directory, { recursive: true }))
  const save = (schema: string) =>
    writeFileSync(join(directory, `${subject}.avsc`), JSON.stringify(JSON.parse(schema), null, 2))
  const schemas = async (...args: string[]) => {
    const [name, ...rest] = args
    const env = { KAFKA_SCHEMA_REGISTRY: url() }
    const { out, error, code } = await runCommand(registerSchemas, { directory, env }, ['schemas', name!, ...rest])
    return { code, text: out + error, json: args.includes('--json') && out !== '' ? JSON.parse(out) : undefined }
  }

  test('register, list, test-compatibility, diff and register again', async () => {
    expect((await schemas('register', '.', '--dry-run', '--json')).json.subjects).toMatchObject([
      { subject, outcome: 'would be registered' },
    ])
    const registered = await schemas('register', '.', '--json')
    expect(registered).toMatchObject({ code: 0, json: { registered: true, subjects: [{ outcome: 'registered' }] } })
    const { id } = registered.json.subjects[0]
    expect((await schemas('list', '.', '--subject', subject, '--json')).json.subjects).toMatchObject([
      { subject, file: `${subject}.avsc`, versions: [1], id, type: 'AVRO', level: 'BACKWARD', status: 'same' },
    ])

    save(recordOf(subject, x, y))
    expect(await schemas('test-compatibility', '.', '--json')).toMatchObject({ code: 0, json: { compatible: true } })
    expect((await schemas('diff', '.')).text).toContain(`+ ${subject.replaceAll('-', '_')}.y: int added, default 0`)
    expect((await schemas('register', '.', '--json')).json.subjects).toMatchObject([{ outcome: 'registered' }])
    expect((await schemas('register', '.', '--json')).json.subjects).toMatchObject([{ outcome: 'unchanged' }])
  })

  test('a breaking change is told by file, line, field and rule, and not registered', async () => {
    await schemas('register', '.')
    save(recordOf(subject, x, required))
    const field = `${subject.replaceAll('-', '_')}.z`
    const tested = await schemas('test-compatibility', '.', '--registry', url(), '--json')
    const line = readFileSync(join(directory, `${subject}.avsc`), 'utf8')
      .split('\n')
      .findIndex((one) => one.includes('"z"'))
    expect(tested).toMatchObject({
      code: 1,
      json: {
        compatible: false,
        checked: [
          {
            level: 'BACKWARD',
            breaks: [
              {
                file: `${subject}.avsc`,
                line,
                field,
                rule: 'READER_FIELD_MISSING_DEFAULT_VALUE',
                breaks: 'BACKWARD',
                against: 'registered version 1',
              },
            ],
          },
        ],
      },
    })
    expect((await schemas('register', '.', '--json')).json).toMatchObject({ registered: false })
    const diff = await schemas('diff', '.')
    expect(diff).toMatchObject({ code: 1, text: expect.stringContaining('breaks BACKWARD: READER_FIELD_MISSING') })

    expect((await schemas('set-compatibility', 'none', '--subject', subject)).code).toBe(0)
    expect((await schemas('test-compatibility', '.')).code).toBe(0)
    expect((await schemas('register', '.')).code).toBe(0)
  })

  test('download gives back what was registered', async () => {
    await schemas('register', '.')
    save(recordOf(subject, x, y))
    await schemas('register', '.')
    const to = join(directory, 'downloaded')
    expect((await schemas('download', to, '--subject', subject)).code).toBe(0)
    expect(JSON.parse(readFileSync(join(to, `${subject}.avsc`), 'utf8'))).toEqual(JSON.parse(recordOf(subject, x, y)))
    await schemas('download', to, '--subject', subject, '--all-versions')
    const first = readFileSync(join(to, 'released', `${subject}.v1.avsc`), 'utf8')
    expect(JSON.parse(first)).toEqual(JSON.parse(recordOf(subject, x)))
    expect((await schemas('validate', '--registry', url(), '--subject', subject)).code).toBe(0)
    expect((await schemas('test-compatibility', to, '--released')).code).toBe(0)
  })

  test('a registry that does not answer is no verdict', async () => {
    const ended = await schemas('test-compatibility', '.', '--registry', 'http://localhost:1')
    expect(ended).toMatchObject({ code: 2, text: expect.stringContaining('http://localhost:1') })
  })
}
