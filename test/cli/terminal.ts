/** A real terminal for tests: script(1) of util-linux gives a program one and passes on what is typed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { expect, onTestFinished } from 'vitest'

/** Whether there is one here; script(1) of other systems takes other arguments. */
export const hasTerminal = process.platform === 'linux'

/** What a terminal is like. */
export interface TerminalOptions {
  readonly columns?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** A program in a terminal of 12 rows, and of 80 columns unless it is to have others. */
export class TestTerminal {
  readonly #child: ChildProcess
  readonly #ended: Promise<number>
  #text = ''

  /** Starts the program; its words may not hold anything that a shell reads. */
  constructor(folder: string, words: readonly string[], options: TerminalOptions = {}) {
    const { columns = 80, environment: more = {} } = options
    const command = `stty rows 12 cols ${columns}; cd ${folder}; exec ${words.join(' ')}`
    const environment = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', NO_COLOR: '1', ...more }
    this.#child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: environment,
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#text += chunk.toString()))
    this.#ended = new Promise((resolve) => this.#child.on('close', (code) => resolve(code ?? -1)))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  /** Everything that was written so far, control sequences included. */
  get text(): string {
    return this.#text
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys)
  }

  /** Waits until something was written. */
  async shows(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.#text, { timeout: 50_000 }).toMatch(text)
  }

  /** The exit status, once the program has ended. */
  ended(): Promise<number> {
    return this.#ended
  }
}
