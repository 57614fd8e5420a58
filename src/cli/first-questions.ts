/** The questions of `bramble init`. */
import { cancel, group, text } from '@clack/prompts'
import { InterruptedError } from './interrupt.ts'
import type { FirstAnswers, FirstNode } from './first-cluster-file.ts'

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i

/** Asks for what was not given; throws {@link InterruptedError} when somebody thinks better of it. */
export async function askFirstAnswers(given: FirstAnswers): Promise<FirstAnswers> {
  const answers = await group(
    {
      name: () =>
        text({
          message: 'What is the cluster called?',
          placeholder: 'office',
          initialValue: given.name,
          validate: (value) => (LABEL.test(value ?? '') ? undefined : 'a-z, 0-9 and inner hyphens'),
        }),
      domain: ({ results }: { results: { name?: string } }) =>
        text({
          message: 'Under which domain? Take one you own, or home.arpa',
          initialValue: given.domain || `${results.name ?? 'office'}.home.arpa`,
          validate: (value) =>
            DOMAIN.test(value ?? '') ? undefined : 'a domain, such as office.example.net',
        }),
      user: () =>
        text({
          message: 'Which user logs in to the boards?',
          initialValue: given.user,
          validate: (value) =>
            /^[a-z_][a-z0-9_-]*$/.test(value ?? '') ? undefined : 'a user name, such as pi',
        }),
      nodes: () =>
        text({
          message: 'Which boards are there? name=address, with blanks between them',
          placeholder: 'hammond=192.168.1.10 oneil=192.168.1.11',
          initialValue: given.nodes
            .map(({ name, address }) => (address ? `${name}=${address}` : name))
            .join(' '),
          validate: (value) => nodesProblem(value ?? ''),
        }),
    },
    {
      onCancel: () => {
        cancel('Nothing was written.')
        throw new InterruptedError()
      },
    },
  )
  const { key } = given
  return { ...answers, nodes: nodesOf(answers.nodes), ...(key !== undefined && { key }) }
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
