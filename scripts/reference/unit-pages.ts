/** The references of roles and of kinds, from the registries. */
import type { z } from 'zod'
import { kinds } from '../../src/resources/registry.generated.ts'
import { roles } from '../../src/roles/registry.generated.ts'
import { optionsTable } from './options-table.ts'

/** `docs/reference/roles.md`. */
export function rolesPage(): string {
  const sections = Object.values(roles).map((role) => {
    const conflicts = role.conflicts?.length ? `Not on one node with: ${role.conflicts.join(', ')}.` : ''
    const family = role.family
      ? `\`on: rest\` means the nodes that no other role of the family ${role.family} has.`
      : ''
    const remarks = [conflicts, family].filter((text) => text !== '').join(' ')
    return section(role.name, role.summary, remarks, role.options)
  })
  return `# Roles

Generated from \`src/roles/\`. Every role also takes \`on\` (the nodes that get it) and \`count\` (exactly this many of
them); both are told in [cluster-file.md](cluster-file.md).

${sections.join('\n')}`
}

/** `docs/reference/kinds.md`. */
export function kindsPage(): string {
  const sections = Object.values(kinds).map(({ kind }) => {
    const way = kind.converges === 'each' ? 'one at a time' : 'all of a node in one go'
    return section(kind.name, kind.summary, `Converged ${way}, at stage ${kind.stage}.`, kind.options)
  })
  return `# Kinds of resources

Generated from \`src/resources/\`: what roles are made of. Every resource also takes \`needs\` (addresses of resources that
have to be as wanted before) and \`trial\` (undone unless a new connection confirms it).

${sections.join('\n')}`
}

function section(name: string, summary: string, remarks: string, options: z.ZodType): string {
  const parts = [`## ${name}`, summary, remarks, optionsTable(options).join('\n')]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
