/** A shell on a node that is root already: programs that read nothing run in it one after the other, without a way to root of their own. */
import { Bug } from '../../diagnostics/bug.ts'
import type { ProgramEnd } from '../../engines/contract.ts'
import { commandLine } from '../../shell/quote.ts'
import { linesOf, STDERR_BYTES } from './session.ts'
import type { RunningProgram } from './program-link.ts'

/** What a program has said so far, and who waits for it. */
interface Waiting {
  readonly name: string
  readonly resolve: (end: ProgramEnd) => void
  readonly reject: (error: Error) => void
}

/** One program at a time. What a program leaves behind in the background is not to print: it would stand in what the next one says. */
export class RootShell {
  readonly #shell: RunningProgram
  readonly #endOfOutput: Buffer
  readonly #endOfErrors: string
  #output: Buffer = Buffer.alloc(0)
  #errors = ''
  #waiting: Waiting | undefined
  #isOver = false

  /** `shell` runs root-shell.sh. */
  constructor(shell: RunningProgram) {
    this.#shell = shell
    this.#endOfOutput = Buffer.from(`\n${shell.mark} `)
    this.#endOfErrors = `\n${shell.mark}\n`
    shell.stdout.on('data', (chunk: Buffer) => {
      this.#output = Buffer.concat([this.#output, chunk])
      this.#look()
    })
    shell.session.stderr.on('data', (text: string) => {
      // The mark comes last, so it is never among what is forgotten.
      this.#errors = (this.#errors + text).slice(-STDERR_BYTES)
      this.#look()
    })
    void shell.session.ended.then(({ stderr }) => {
      this.#isOver = true
      const { name = '', reject } = this.#waiting ?? {}
      const why = stderr.at(-1) ?? 'the connection was lost'
      reject?.(new Error(`the end of ${name} on ${shell.node} is not known: ${why}`))
    })
  }

  /** Whether it takes programs. */
  get isOpen(): boolean {
    return !this.#isOver
  }

  /** Runs a program, which has nothing to read, and waits for its end. Rejects with a plain sentence when that is not known. */
  run(argv: readonly string[]): Promise<ProgramEnd> {
    if (this.#waiting) throw new Bug('a shell runs one program at a time')
    const [name = ''] = argv
    const { mark, session } = this.#shell
    if (this.#isOver) return Promise.reject(new Error(`${name} cannot be started on ${this.#shell.node}`))
    return new Promise<ProgramEnd>((resolve, reject) => {
      this.#waiting = { name, resolve, reject }
      session.stdin.write(`${commandLine(argv)}\n${mark}\n`)
    })
  }

  /** Lets it end. */
  close(): void {
    this.#isOver = true
    this.#shell.session.stdin.end()
  }

  #look(): void {
    const at = this.#output.indexOf(this.#endOfOutput)
    const errorsAt = this.#errors.indexOf(this.#endOfErrors)
    const line = this.#output.indexOf('\n', at + this.#endOfOutput.length)
    if (!this.#waiting || at < 0 || line < 0 || errorsAt < 0) return
    const { resolve } = this.#waiting
    const end: ProgramEnd = {
      code: Number(this.#output.subarray(at + this.#endOfOutput.length, line).toString()),
      stdout: this.#output.subarray(0, at),
      stderr: linesOf(this.#errors.slice(0, errorsAt)).join('\n'),
    }
    this.#waiting = undefined
    this.#output = this.#output.subarray(line + 1)
    this.#errors = this.#errors.slice(errorsAt + this.#endOfErrors.length)
    resolve(end)
  }
}
