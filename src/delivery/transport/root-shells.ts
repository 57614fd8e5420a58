/** The shells of all nodes that are root already, and who may use them. */
import type { ProgramEnd } from '../../engines/contract.ts'
import type { RootShell } from './root-shell.ts'

/** Each costs a way to root: some eight processes, and a session of the ten that a connection has. */
const SHELLS_AT_ONCE = 3
/** A program that takes longer is not to hold up those that wait for its shell. */
const SLOW_MILLISECONDS = 500
const IDLE_MILLISECONDS = 10_000

type Open = (node: string, program: string) => Promise<RootShell>

/** Runs programs one after the other, ends shells that nobody needs any more, and opens a further one only beside those that take their time. */
export class RootShells {
  readonly #open: Open
  readonly #nodes = new Map<string, NodeShells>()

  /** `open` opens one, for the first program that runs in it. */
  constructor(open: Open) {
    this.#open = open
  }

  /** Runs a program that has nothing to read. Rejects with a plain sentence when it cannot be started or its end is not known. */
  run(node: string, argv: readonly string[]): Promise<ProgramEnd> {
    let shells = this.#nodes.get(node)
    if (!shells) {
      shells = new NodeShells((program) => this.#open(node, program))
      this.#nodes.set(node, shells)
    }
    return shells.run(argv)
  }

  /** Ends those that are idle. */
  close(): void {
    for (const shells of this.#nodes.values()) shells.close()
  }
}

/** A program that waits for a shell. */
interface Waiting {
  readonly argv: readonly string[]
  readonly resolve: (end: ProgramEnd) => void
  readonly reject: (error: unknown) => void
}

/** Those of one node. */
class NodeShells {
  readonly #open: (program: string) => Promise<RootShell>
  readonly #waiting: Waiting[] = []
  readonly #idle: { readonly shell: RootShell; readonly timer: NodeJS.Timeout }[] = []
  /** Those that are at work or being opened. */
  #busy = 0
  /** Those of them whose program takes its time. */
  #slow = 0

  constructor(open: (program: string) => Promise<RootShell>) {
    this.#open = open
  }

  run(argv: readonly string[]): Promise<ProgramEnd> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ argv, resolve, reject })
      this.#next()
    })
  }

  close(): void {
    for (const { shell, timer } of this.#idle.splice(0)) {
      clearTimeout(timer)
      shell.close()
    }
  }

  /** Gives work to whoever is free. */
  #next(): void {
    while (this.#waiting.length > 0) {
      const shell = this.#take()
      const isHeldUp = this.#busy === this.#slow && this.#busy < SHELLS_AT_ONCE
      if (shell === undefined && !isHeldUp) return
      void this.#work(this.#waiting.shift() as Waiting, shell)
    }
  }

  async #work({ argv, resolve, reject }: Waiting, idle: RootShell | undefined): Promise<void> {
    this.#busy += 1
    let isSlow = false
    let timer: NodeJS.Timeout | undefined
    try {
      const shell = idle ?? (await this.#open(argv[0] ?? ''))
      timer = setTimeout(() => {
        isSlow = true
        this.#slow += 1
        this.#next()
      }, SLOW_MILLISECONDS)
      resolve(await shell.run(argv))
      this.#give(shell)
    } catch (error) {
      reject(error)
    } finally {
      clearTimeout(timer)
      this.#busy -= 1
      if (isSlow) this.#slow -= 1
      this.#next()
    }
  }

  /** One that is idle and still there. */
  #take(): RootShell | undefined {
    for (let one = this.#idle.pop(); one; one = this.#idle.pop()) {
      clearTimeout(one.timer)
      if (one.shell.isOpen) return one.shell
    }
    return undefined
  }

  #give(shell: RootShell): void {
    const timer = setTimeout(() => {
      shell.close()
      this.#idle.splice(
        this.#idle.findIndex((one) => one.shell === shell),
        1,
      )
    }, IDLE_MILLISECONDS)
    this.#idle.push({ shell, timer })
  }
}
