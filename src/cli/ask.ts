/** Asks the person at the terminal. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { InterruptedError } from './interrupt.ts'
import type { Surroundings } from './surroundings.ts'

/** `y` or `yes` is yes, everything else no, also the end of the input. Ctrl-C throws {@link InterruptedError}. */
export async function askYesNo(surroundings: Surroundings, question: string): Promise<boolean> {
  const [answer = ''] = await askAll(surroundings, [`${question} [y/N] `], surroundings.stdout)
  return /^y(es)?$/i.test(answer.trim())
}

/** A line that is not shown while it is typed. */
export async function askPassword(surroundings: Surroundings, question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    // Asked when the terminal shows nothing any more: somebody, or a program, may answer at once.
    const [answer = ''] = await askAll(surroundings, [''], silent, () => surroundings.stderr.write(question))
    return answer
  } finally {
    surroundings.stderr.write('\n')
  }
}

/** Answers to questions that follow each other; the end of the input answers all that are left with nothing. Ctrl-C throws {@link InterruptedError}. */
export async function askTexts(
  surroundings: Surroundings,
  questions: readonly string[],
): Promise<readonly string[]> {
  return askAll(surroundings, questions, surroundings.stdout)
}

async function askAll(
  { stdin }: Surroundings,
  questions: readonly string[],
  output: NodeJS.WritableStream,
  listens?: () => void,
): Promise<string[]> {
  const lines = createInterface({ input: stdin, output, terminal: true })
  listens?.()
  // Whoever types ahead, or pastes, answers questions that are still to come.
  const typed: string[] = []
  const answers: string[] = []
  let isOver = false
  try {
    lines.on('line', (line) => void typed.push(line))
    for (const question of questions) {
      lines.setPrompt(question)
      lines.prompt()
      if (typed.length === 0 && !isOver) {
        await new Promise<void>((resolve, reject) => {
          lines.once('SIGINT', () => reject(new InterruptedError()))
          lines.once('line', () => resolve())
          lines.once('close', () => {
            isOver = true
            resolve()
          })
        })
      }
      answers.push(typed.shift() ?? '')
    }
    return answers
  } finally {
    lines.close()
  }
}
