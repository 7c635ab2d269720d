import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shop } from './fixtures/shop'
import { mermaid } from './mermaid'

describe('mermaid', () => {
  test('draws topics, sub-topologies, steps and stores, names quoted', () => {
    expect(mermaid(shop)).toBe(readFileSync(join(__dirname, 'fixtures', 'shop.mmd'), 'utf8'))
  })
})
