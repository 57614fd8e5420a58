/** The questions of `bramble init`. */
import { cancel, isCancel, text, type TextOptions } from '@clack/prompts'
import { InterruptedError } from './interrupt.ts'
import type { FirstAnswers, FirstNode } from './first-cluster-file.ts'

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i
const USER = /^[a-z_][a-z0-9_-]*$/

/** Asks for what was not given; throws {@link InterruptedError} when somebody thinks better of it. */
export async function askFirstAnswers(given: FirstAnswers): Promise<FirstAnswers> {
  const name = await answered({
    message: 'What is the cluster called?',
    placeholder: 'office',
    initialValue: given.name,
    validate: (value) => (LABEL.test(value ?? '') ? undefined : 'a-z, 0-9 and inner hyphens'),
  })
  const domain = await answered({
    message: 'Under which domain? Take one you own, or home.arpa',
    initialValue: given.domain || `${name}.home.arpa`,
    validate: (value) => (DOMAIN.test(value ?? '') ? undefined : 'a domain, such as office.example.net'),
  })
  const user = await answered({
    message: 'Which user logs in to the boards?',
    initialValue: given.user,
    validate: (value) => (USER.test(value ?? '') ? undefined : 'a user name, such as pi'),
  })
  const nodes = await answered({
    message: 'Which boards are there? name=address, with blanks between them',
    placeholder: 'hammond=192.168.1.10 oneil=192.168.1.11',
    initialValue: given.nodes
      .map((node) => (node.address ? `${node.name}=${node.address}` : node.name))
      .join(' '),
    validate: (value) => nodesProblem(value ?? ''),
  })
  return { ...given, name, domain, user, nodes: nodesOf(nodes) }
}

async function answered(question: TextOptions): Promise<string> {
  const answer = await text(question)
  if (!isCancel(answer)) return answer
  cancel('Nothing was written.')
  throw new InterruptedError()
}

function nodesOf(value: string): FirstNode[] {
  return value
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const [name = '', address] = word.split('=')
      return address ? { name, address } : { name }
    })
}

function nodesProblem(value: string): string | undefined {
  const nodes = nodesOf(value)
  if (nodes.length === 0) return 'at least one, such as hammond=192.168.1.10'
  const wrong = nodes.find(({ name }) => !LABEL.test(name))
  return wrong && `${wrong.name} is no name: a-z, 0-9 and inner hyphens`
}
