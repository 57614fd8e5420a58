/** The services in a file with a job that are meant for Consul: what is said of them while no server is asked. */
import type { FilePlace } from '../../../diagnostics/diagnostic.ts'
import { TextLines } from '../../../cluster-file/text-lines.ts'
import type { JobReply } from './job.ts'

/** A service without a word of where it is registered is for Consul (Nomad's page "service block", `provider`). */
const isForConsul = (provider: unknown): boolean =>
  provider === undefined || provider === null || provider === '' || provider === 'consul'

/** Whether a job in JSON has one. */
export function jsonHasConsulService({ TaskGroups }: Pick<JobReply, 'TaskGroups'>): boolean {
  const services = TaskGroups.flatMap((group) =>
    [group, ...group.Tasks].flatMap((one) => one['Services'] ?? []),
  )
  return services.some(
    (one) =>
      typeof one === 'object' && one !== null && isForConsul('Provider' in one ? one.Provider : undefined),
  )
}

/** Comments, texts and here-documents: what stands in them is no block. The start of a text is kept apart, as its content is asked for. */
const UNREAD = /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|<<-?(\w+)\n[\s\S]*?\n[ \t]*\1\b|"(?:\\.|[^"\\])*"/g
const BLOCK = /(?<![\w-])service[ \t]*\{/g

/** The first such block in HCL. A provider that is no plain text may be another one: nothing is said of it. */
export function consulServiceInHcl(path: string, text: string): FilePlace | undefined {
  const blank = (found: string): string => found.replaceAll(/[^\n]/g, ' ')
  const bare = text.replaceAll(UNREAD, blank)
  for (const { index, 0: opening } of bare.matchAll(BLOCK)) {
    const start = index + opening.length
    const provider = providerIn(bare.slice(start), text.slice(start))
    if (provider === undefined || provider === '"consul"' || provider === '""')
      return new TextLines(path, text).place([index, index + 'service'.length])
  }
  return undefined
}

/** What stands behind `provider =` in the block that begins here, and not in one inside of it. */
function providerIn(bare: string, text: string): string | undefined {
  let depth = 0
  for (const { index, 0: found } of bare.matchAll(/[{}]|(?<![\w-])provider[ \t]*=/g)) {
    if (found === '{') depth += 1
    else if (found === '}' && depth === 0) return undefined
    else if (found === '}') depth -= 1
    else if (depth === 0) return /^[^\n#]*/.exec(text.slice(index + found.length))?.[0].trim()
  }
  return undefined
}
