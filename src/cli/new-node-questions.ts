/** The questions of `bramble node add`, for what its options did not say. */
import { askTexts } from './ask.ts'
import type { Surroundings } from './surroundings.ts'

/** A node that is to be added. */
export interface NewNode {
  readonly node: string
  readonly entry: Readonly<Record<string, unknown>>
  readonly groups: readonly string[]
  readonly roles: readonly string[]
}

/** Asks for the name, the address and the groups that are missing. */
export async function askNewNode(surroundings: Surroundings, given: NewNode): Promise<NewNode> {
  const wanted = [
    { key: 'node', isMissing: given.node === '', question: 'What is the new node called? ' },
    {
      key: 'address',
      isMissing: given.entry['address'] === undefined,
      question: 'Under which address? Nothing when its name is one that SSH finds: ',
    },
    {
      key: 'groups',
      isMissing: given.groups.length === 0,
      question: 'In which groups, by name? Nothing for none: ',
    },
  ].filter(({ isMissing }) => isMissing)
  const texts = await askTexts(
    surroundings,
    wanted.map(({ question }) => question),
  )
  const answers = new Map(wanted.map(({ key }, index) => [key, (texts[index] ?? '').trim()]))
  const address = answers.get('address') ?? ''
  return {
    ...given,
    node: answers.get('node') ?? given.node,
    entry: address === '' ? given.entry : { address, ...given.entry },
    groups: [...given.groups, ...(answers.get('groups') ?? '').split(/[\s,]+/).filter((word) => word !== '')],
  }
}
