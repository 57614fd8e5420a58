/** Asks the person at the terminal. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { InterruptedError } from './interrupt.ts'
import type { Surroundings } from './surroundings.ts'

/** `y` or `yes` is yes, everything else no, also the end of the input. Ctrl-C throws {@link InterruptedError}. */
export async function askYesNo(surroundings: Surroundings, question: string): Promise<boolean> {
  const answer = await askLine(surroundings, `${question} [y/N] `, surroundings.stdout)
  return /^y(es)?$/i.test(answer.trim())
}

/** A line that is not shown while it is typed. */
export async function askPassword(surroundings: Surroundings, question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  surroundings.stderr.write(question)
  try {
    return await askLine(surroundings, '', silent)
  } finally {
    surroundings.stderr.write('\n')
  }
}

async function askLine(
  { stdin }: Surroundings,
  question: string,
  output: NodeJS.WritableStream,
): Promise<string> {
  const lines = createInterface({ input: stdin, output, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('SIGINT', () => reject(new InterruptedError()))
      lines.once('close', () => resolve(''))
      lines.question(question).then(resolve, reject)
    })
  } finally {
    lines.close()
  }
}
