import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(__dirname, '..')

test('every error code is documented, and every documented code exists', () => {
  const source = readFileSync(join(root, 'streams', 'errors.ts'), 'utf8')
  const union = /export type ErrorCode =([\s\S]*?)\n\n/.exec(source)![1]!
  const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code)
  const documented = [...readFileSync(join(root, 'docs', 'errors.md'), 'utf8').matchAll(/^### ([A-Z_]+)$/gm)].map(
    ([, code]) => code,
  )
  expect(codes.length).toBeGreaterThan(20)
  expect([...documented].sort()).toEqual([...codes].sort())
})
