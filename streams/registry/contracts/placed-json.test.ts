import fc from 'fast-check'
import { JsonProblem, type Placed, placedJson } from './placed-json'
import { placesOf } from './places'

const plain = ({ value, items, members }: Placed): unknown => {
  if (items) return items.map(plain)
  return members ? Object.fromEntries([...members].map(([key, one]) => [key, plain(one)])) : value
}

test('reads JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (json, indent) => {
      const text = JSON.stringify(json, undefined, indent)
      expect(plain(placedJson(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('refuses what JSON.parse refuses, and always says in which line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', 'a', '1', '\n', ' ', '-') }),
      (text) => {
        const refused = outcome(() => JSON.parse(text))
        const ours = outcome(() => placedJson(text))
        expect(ours === undefined).toBe(refused === undefined)
        if (ours !== undefined) expect(ours).toBeInstanceOf(JsonProblem)
      },
    ),
  )
})

function outcome(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}

test('knows the lines, past comments', () => {
  const places = placesOf(`// an order
{ "type": "record", "name": "n.Order", "fields": [
  /* two
     lines */
  { "name": "id", "type": "string" },
  { "name": "line", "type": {
    "type": "record", "name": "Line", "fields": [
      { "name": "id", "type": "string" } ] } } ] }`)
  expect([places.lineOf('n.Order'), places.lineOf('n.Order', 'id'), places.lineOf('n.Order', 'line')]).toEqual([
    2, 5, 6,
  ])
  expect([places.lineOf('n.Line'), places.lineOf('n.Line', 'id'), places.lineOf('n.Line', 'no')]).toEqual([
    6,
    8,
    undefined,
  ])
})
