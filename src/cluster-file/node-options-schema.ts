/** What may be written as the options of a role for one node. */
import { z } from 'zod'
import type { RoleForm } from './role-form.ts'

/** The options that a node may have otherwise, each as the role has it; undefined when there are none. */
export function nodeOptionsSchema({ options, perNode = [] }: RoleForm): z.ZodType | undefined {
  if (!(options instanceof z.ZodObject) || perNode.length === 0) return undefined
  const shape = options.shape as Readonly<Record<string, z.ZodType>>
  const own = perNode.flatMap((key) => {
    const schema = shape[key]
    if (schema === undefined) return []
    // What is left out is the role's, and no default.
    const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? schema.unwrap() : schema
    const { description } = schema
    return [
      [
        key,
        (inner as z.ZodType).optional().meta({ ...(description !== undefined && { description }) }),
      ] as const,
    ]
  })
  return z.strictObject(Object.fromEntries(own))
}
