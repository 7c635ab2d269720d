import { serdeOpener } from './opening'
import type { Serde, SerdeContext } from './serde'
import { string } from './string'

const opened: SerdeContext[] = []
const readyWhen = (ready: Promise<void>): Serde<string> => ({
  ...string,
  open: (context) => {
    opened.push(context)
    return { ...string.open(context), ready }
  },
})

test('what needs nothing may be used at once', () => {
  const serdes = serdeOpener({ topic: 'words' })
  expect(serdes.key(string).encode('be')).toEqual(Buffer.from('be'))
  expect(serdes.whenReady()).toBeUndefined()
})

test('all is ready when the last serde is, and fails with the first that fails', async () => {
  let done = false
  const late = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    done = true
  })
  const serdes = serdeOpener({ topic: 'words' })
  serdes.key(readyWhen(Promise.resolve()))
  serdes.value(readyWhen(late))
  expect(opened).toEqual([
    { topic: 'words', role: 'key' },
    { topic: 'words', role: 'value' },
  ])
  await serdes.whenReady()
  expect(done).toBe(true)

  serdes.value(readyWhen(Promise.reject(new Error('no registry'))))
  await expect(serdes.whenReady()).rejects.toThrow('no registry')
})
