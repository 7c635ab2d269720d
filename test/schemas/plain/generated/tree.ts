// Generated from tree.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

export interface Tree {
  /** What it is called. */
  readonly label: string
  readonly children: readonly Tree[]
  readonly left: Tree | null
  readonly byName: { readonly [key: string]: Tree }
}

/** As it may be given: what has a default may be left out. */
export type TreeInput = WithDefaults<Tree, 'left'>

/** Puts the schema's defaults in for what is left out. */
export function newTree(input: TreeInput): Tree {
  return withDefaults<Tree, 'left'>({ left: null }, input)
}

/** The text of tree.avsc, as it is registered. */
export const treeSchema = avroSchema<Tree>(
  '{"type":"record","name":"Tree","namespace":"odd","fields":[{"name":"label","type":"string","doc":"What it is called."},{"name":"children","type":{"type":"array","items":"Tree"}},{"name":"left","type":["null","Tree"],"default":null},{"name":"byName","type":{"type":"map","values":"Tree"}}]}',
)

export const treeSerde = avro(treeSchema)
