/** A program that is started for a test and ended after it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs with a folder of its own, which is its working folder and its home as well. */
export class StartedProgram {
  #folder: string | undefined
  #child: ChildProcess | undefined

  /** Made when it is first asked for: a test that is skipped leaves none. */
  get folder(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'bramble-engine-'))
    return this.#folder
  }

  start(program: string, words: readonly string[]): void {
    const log = openSync(join(this.folder, 'log'), 'a')
    this.#child = spawn(program, words, {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: this.folder },
      stdio: ['ignore', log, log],
    })
  }

  /** What it has said so far. Throws when it has ended by itself. */
  logWhileRunning(): string {
    const log = readFileSync(join(this.folder, 'log'), 'utf8')
    if (this.#isRunning()) return log
    throw new Error(`it has ended: ${log}`)
  }

  async end(): Promise<void> {
    const child = this.#child
    if (child !== undefined && this.#isRunning()) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }

  #isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }
}
