/** The questions of `bramble init`. */
import { cancel, isCancel, text, type TextOptions } from '@clack/prompts'
import { answerProblems } from './first-check.ts'
import { InterruptedError } from './interrupt.ts'
import type { FirstAnswers, FirstNode } from './first-cluster-file.ts'

/** Asks for what was not given; throws {@link InterruptedError} when somebody thinks better of it. */
export async function askFirstAnswers(given: FirstAnswers, folder: string): Promise<FirstAnswers> {
  const ask = <Part extends Partial<FirstAnswers>>(
    question: TextOptions,
    partOf: (answer: string) => Part,
  ): Promise<Part> => askUntilRight(question, partOf, folder)
  const { name } = await ask(
    { message: 'What is the cluster called?', placeholder: 'office', initialValue: given.name },
    (answer) => ({ name: answer }),
  )
  const { domain } = await ask(
    {
      message: 'Under which domain? Take one you own, or home.arpa',
      initialValue: given.domain || `${name}.home.arpa`,
    },
    (answer) => ({ domain: answer }),
  )
  const { user } = await ask(
    { message: 'Which user logs in to the boards?', initialValue: given.user },
    (answer) => ({ user: answer }),
  )
  const { nodes } = await ask(
    {
      message: 'Which boards are there? name=address, with blanks between them',
      placeholder: 'hammond=192.168.1.10 oneil=192.168.1.11',
      initialValue: given.nodes
        .map((node) => (node.address ? `${node.name}=${node.address}` : node.name))
        .join(' '),
    },
    (answer) => ({ nodes: nodesOf(answer) }),
  )
  const { key } = await ask(
    {
      message: 'Which public SSH key may log in to them? A file, or nothing for none yet',
      initialValue: given.key ?? '',
    },
    (answer) => (answer === '' ? {} : { key: answer }) as { key?: string },
  )
  return { name, domain, user, nodes, ...(key !== undefined && { key }) }
}

/** Asks again until the check has nothing against the answer. */
async function askUntilRight<Part extends Partial<FirstAnswers>>(
  question: TextOptions,
  partOf: (answer: string) => Part,
  folder: string,
): Promise<Part> {
  for (let start = question.initialValue; ;) {
    const answer = await answered({ ...question, ...(start !== undefined && { initialValue: start }) })
    const part = partOf(answer.trim())
    const [problem] = await answerProblems(part, folder)
    if (problem === undefined) return part
    question.message = `${problem.summary}: ${problem.fix}`
    start = answer
  }
}

async function answered(question: TextOptions): Promise<string> {
  const answer = await text(question)
  if (!isCancel(answer)) return answer ?? ''
  cancel('Nothing was written.')
  throw new InterruptedError()
}

function nodesOf(value: string): FirstNode[] {
  return value
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const [name = '', ...rest] = word.split('=')
      return rest.length > 0 ? { name, address: rest.join('=') } : { name }
    })
}
