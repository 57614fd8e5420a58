/** The shells of all nodes that are root already, and who may use them. */
import type { ProgramEnd } from '../../engines/contract.ts'
import type { RootShell } from './root-shell.ts'
import { Slots } from './slots.ts'

/** More than one: a program that takes its time is not to hold up all others. Each costs a way to root. */
const SHELLS_AT_ONCE = 3
const IDLE_MILLISECONDS = 10_000

/** Opens a shell when all that are there are busy, and ends those that nobody needs any more. */
export class RootShells {
  readonly #open: (node: string, program: string) => Promise<RootShell>
  readonly #idle = new Map<string, { readonly shell: RootShell; readonly timer: NodeJS.Timeout }[]>()
  readonly #slots = new Slots(SHELLS_AT_ONCE)

  /** `open` opens one, for the first program that runs in it. */
  constructor(open: (node: string, program: string) => Promise<RootShell>) {
    this.#open = open
  }

  /** Runs a program that has nothing to read. Rejects with a plain sentence when it cannot be started or its end is not known. */
  async run(node: string, argv: readonly string[]): Promise<ProgramEnd> {
    const leave = await this.#slots.take(node)
    try {
      const shell = this.#take(node) ?? (await this.#open(node, argv[0] ?? ''))
      const end = await shell.run(argv)
      this.#give(node, shell)
      return end
    } finally {
      leave()
    }
  }

  /** Ends those that are idle. */
  close(): void {
    for (const { shell, timer } of [...this.#idle.values()].flat()) {
      clearTimeout(timer)
      shell.close()
    }
    this.#idle.clear()
  }

  /** One that is idle and still there. */
  #take(node: string): RootShell | undefined {
    const idle = this.#idle.get(node) ?? []
    for (let one = idle.pop(); one; one = idle.pop()) {
      clearTimeout(one.timer)
      if (one.shell.isOpen) return one.shell
    }
    return undefined
  }

  #give(node: string, shell: RootShell): void {
    const idle = this.#idle.get(node) ?? []
    this.#idle.set(node, idle)
    const timer = setTimeout(() => {
      shell.close()
      idle.splice(
        idle.findIndex((one) => one.shell === shell),
        1,
      )
    }, IDLE_MILLISECONDS)
    idle.push({ shell, timer })
  }
}
