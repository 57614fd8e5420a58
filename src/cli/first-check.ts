/** What the check would say of the answers of `bramble init`, before anything is written. */
import { checkClusterFile } from '../cluster-file/check.ts'
import type { KeyPath, Positions } from '../cluster-file/positions.ts'
import { readAuthorizedKeys } from '../api/authorized-keys.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { roleSchemas } from '../api/open.ts'
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import type { FirstAnswers } from './first-cluster-file.ts'

/** Stand for what has not been answered yet. */
const STAND_IN: FirstAnswers = {
  name: 'office',
  domain: 'home.arpa',
  user: 'pi',
  nodes: [{ name: 'stand-in' }],
}

/** Everything that is wrong with these answers; the place of each is the option that gives the answer. Missing answers are none. */
export async function answerProblems(
  given: Partial<FirstAnswers>,
  folder: string,
): Promise<readonly Diagnostic[]> {
  const { name, domain, user, nodes, key } = { ...STAND_IN, ...given }
  const keys = key === undefined ? [] : [key]
  const written = {
    cluster: name,
    domain,
    access: { user, authorized_keys: keys },
    nodes: Object.fromEntries(
      nodes.map(({ name: node, address }) => [node, address === undefined ? {} : { address }]),
    ),
    roles: { base: { on: 'all' } },
  }
  const { diagnostics } = checkClusterFile(written, OPTIONS, { roles: roleSchemas() })
  return [...diagnostics, ...namedTwice(nodes), ...(await keyProblems(keys, folder))].filter(
    ({ severity }) => severity === 'error',
  )
}

/** As keys of a map, two nodes of one name would be one. */
function namedTwice(nodes: FirstAnswers['nodes']): readonly Diagnostic[] {
  return nodes
    .filter(({ name }, index) => nodes.findIndex((node) => node.name === name) < index)
    .map(({ name }) => readingCodes.YAML_DUPLICATE_KEY({ key: name }, { where: optionAt(['nodes', name]) }))
}

async function keyProblems(keys: readonly string[], folder: string): Promise<readonly Diagnostic[]> {
  try {
    await readAuthorizedKeys(keys, folder, OPTIONS)
    return []
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics
    throw error
  }
}

/** The options of the command in place of lines of a file that is not there yet. */
const OPTIONS: Positions = { of: optionAt, ofKey: optionAt }

function optionAt([first, second, third]: KeyPath): FilePlace {
  const place = (file: string, key = ''): FilePlace => ({ file, line: 1, column: 1, length: 0, key })
  if (first === 'cluster') return place('--name')
  if (first === 'domain') return place('--domain')
  if (first === 'nodes') return place('--node', second === undefined ? '' : String(second))
  return second === 'user' || third === 'user' ? place('--user') : place('--key')
}
