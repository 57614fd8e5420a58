/** Schema of what chooses nodes: names, groups, and selectors over what boards are. */
import { z } from 'zod'
import { ARCHITECTURES } from '../hardware/architecture.ts'
import { MODEL_IDS, OTHER_BOARD } from '../hardware/boards.ts'
import { LABEL, MEMORY_CONDITION, key, oneOrMore, text } from './forms.ts'
import { nodeName } from './node-names.ts'

const nodeOrGroup = () => nodeName(text(), 'selection')

/** Chooses nodes by what their boards are; a node has to fit every key that is given. */
export const selectorSchema = z
  .strictObject({
    model: oneOrMore(z.enum(MODEL_IDS, OTHER_BOARD))
      .optional()
      .meta({ description: 'Board models, one or a list: pi4, zero-w, pc, ….' }),
    memory: text(MEMORY_CONDITION)
      .optional()
      .meta({ description: 'Condition on the memory of the board as sold, such as ">=1GiB" (in quotes).' }),
    architecture: oneOrMore(z.enum(ARCHITECTURES))
      .optional()
      .meta({ description: 'Instruction sets, one or a list: armv6, armv7, arm64, amd64.' }),
    has: oneOrMore(text(LABEL))
      .optional()
      .meta({ description: 'Labels that a node must all have, one or a list.' }),
    labels: z
      .record(key(LABEL), z.union([text(), z.boolean().transform(String)]))
      .optional()
      .meta({ description: 'Labels with values that a node must all have.' }),
    of: oneOrMore(nodeOrGroup())
      .optional()
      .meta({ description: 'Choose only among these nodes and groups, instead of among all nodes.' }),
    count: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Take exactly this many; the choice is kept in the cluster lock.' }),
  })
  .meta({ description: 'Chooses nodes by what their boards are; a node has to fit every key.' })

/** A selector with its defaults filled in. */
export type Selector = z.output<typeof selectorSchema>

/** Nodes by name, by group, or by a selector. */
export const selectionSchema = z
  .union([oneOrMore(nodeOrGroup()), selectorSchema])
  .meta({ description: 'Nodes: names and groups (one or a list), `all`, `rest`, or a selector.' })

/** A list of names (nodes, groups, `all`, `rest`) or a selector. */
export type Selection = z.output<typeof selectionSchema>
