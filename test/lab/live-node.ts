/** One virtual node on which programs are really run, without a controller in between. */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labDown, labExec, labKill, labPreflight, labStart, labUp } from '../../src/lab/lab.ts'
import type { Resource } from '../../src/resources/kind.ts'
import { run, type RunResult } from '../../src/support/run.ts'
import { programOf, summarised, readLines, type ProgramRun } from '../contract/program-run.ts'

/** True when live nodes cannot be had here; the reasons are printed. */
export async function cannotHaveNodes(): Promise<boolean> {
  const lacking = await labPreflight()
  if (lacking.length > 0) console.log(`skipped, a live node cannot be had here:\n  ${lacking.join('\n  ')}`)
  return lacking.length > 0
}

/** What a check says differs, in words. */
export function reasons({ lines }: ProgramRun): string[] {
  return lines.filter(({ type }) => type === 'differs').map(({ fields }) => fields.slice(1).join(' '))
}

/** A node of a lab of its own. */
export class LiveNode {
  readonly #id: { cluster: string; folder: string }
  readonly #name = 'node'
  #programs = 0

  private constructor(folder: string) {
    this.#id = { cluster: 'kinds', folder }
  }

  /** Boots the node; `down` removes every trace of it. */
  static async up(): Promise<LiveNode> {
    const folder = mkdtempSync(join(tmpdir(), 'bramble-live-'))
    const key = join(folder, 'key')
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const node = new LiveNode(folder)
    const board = { model: 'Board', serial: '1', architecture: 'arm64', has: [], memoryBytes: 2 ** 29 }
    const authorizedKeys = [(await readFile(`${key}.pub`, 'utf8')).trim()]
    await labUp({ ...node.#id, user: 'pi', authorizedKeys, nodes: [{ name: node.#name, board }] })
    return node
  }

  async down(): Promise<void> {
    await labDown(this.#id)
    rmSync(this.#id.folder, { recursive: true })
  }

  /** Pulls the plug and plugs it in again. */
  async reboot(): Promise<void> {
    await labKill(this.#id, this.#name)
    await labStart(this.#id, this.#name)
  }

  /** Runs a program as root; its end is a result. */
  exec(...argv: string[]): Promise<RunResult> {
    return labExec(this.#id, this.#name, argv)
  }

  /** Output of a program that must end with 0. */
  async output(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.exec(...argv)
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}${stdout.toString()}`)
    return stdout.toString().trim()
  }

  /** What systemd calls the present run of a unit. */
  invocation(unit: string): Promise<string> {
    return this.output('systemctl', 'show', '-P', 'InvocationID', unit)
  }

  /** Writes a file. */
  async write(path: string, content: string | Uint8Array, mode = '644'): Promise<void> {
    const script = 'mkdir -p "${1%/*}" && cat >"$1" && chmod "$2" "$1"'
    const { code, stderr } = await labExec(this.#id, this.#name, ['sh', '-c', script, 'sh', path, mode], {
      input: content,
    })
    if (code !== 0) throw new Error(`cannot write ${path}: ${stderr}`)
  }

  /** Brings the program of these resources to the node and says where it is. */
  async bring(resources: readonly Resource[], alsoKinds: readonly string[] = []) {
    const program = await programOf(resources, alsoKinds)
    const path = `/tmp/program-${++this.#programs}`
    await this.write(path, program.text)
    await this.exec('mkdir', '-p', '/var/lib/bramble/incoming')
    for (const [sha256, { bytes }] of program.contents) {
      if ('path' in bytes) throw new Error('a file of this computer is not brought')
      await this.write(`/var/lib/bramble/incoming/${sha256}`, bytes)
    }
    return { program, path }
  }

  /** Runs the program of these resources. `wrapper` comes before the shell. */
  async run(
    mode: 'check' | 'converge',
    resources: readonly Resource[],
    alsoKinds: readonly string[] = [],
    wrapper: readonly string[] = [],
  ): Promise<ProgramRun> {
    const { program, path } = await this.bring(resources, alsoKinds)
    const { code, stdout, stderr } = await this.exec(...wrapper, 'sh', path, mode, '5')
    const lines = readLines(stdout.toString())
    return { lines, code, stderr, ...summarised(program, lines) }
  }

  /**
   * How many processes a check starts: process ids are given out one after the other in the node's own namespace.
   * Something else may start in between, so the least of some tries counts.
   */
  async processes(resources: readonly Resource[]): Promise<number> {
    const { path } = await this.bring(resources)
    const script =
      'a=$(sh -c "echo \\$\\$"); sh "$1" check >/dev/null; b=$(sh -c "echo \\$\\$"); echo $((b - a - 2))'
    const counts: number[] = []
    for (let round = 0; round < 5; round++)
      counts.push(Number(await this.output('sh', '-c', script, 'sh', path)))
    return Math.min(...counts)
  }
}
