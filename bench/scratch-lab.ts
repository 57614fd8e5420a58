/** Labs that a benchmark makes for itself; each is gone when the benchmark ends, however it ends. */
import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { OpenedCluster } from '../src/api/index.ts'
import type { RunResult } from '../src/support/run.ts'
import { built, REPOSITORY } from './built.ts'

/** Part of every folder's name, with the number of the process that made it. */
const PREFIX = 'bramble-bench-'

/** A cluster in a folder of its own. */
export class ScratchCluster {
  readonly folder: string
  readonly name: string

  private constructor(folder: string, name: string) {
    this.folder = folder
    this.name = name
  }

  /** A copy of an example, under a name of its own. */
  static async ofExample(example: string, name: string): Promise<ScratchCluster> {
    const folder = await scratchFolder()
    const source = join(REPOSITORY, 'examples', example)
    await cp(source, folder, { recursive: true, filter: (path) => basename(path) !== '.bramble' })
    const cluster = new ScratchCluster(folder, name)
    // Debian's Consul is the one that everybody can have here: a release has to be fetched from its maker, or built.
    await cluster.edit((text) =>
      text
        .replace(/^cluster: .*$/m, `cluster: ${name}`)
        .replace(/^( +consul-server: \{)/m, '$1 source: package, unmaintained: accepted,'),
    )
    return cluster
  }

  /** A cluster file of our own making, which names the cluster. */
  static async ofText(name: string, text: string): Promise<ScratchCluster> {
    const cluster = new ScratchCluster(await scratchFolder(), name)
    await writeFile(cluster.file, text)
    return cluster
  }

  /** Path of the cluster file. */
  get file(): string {
    return join(this.folder, 'cluster.yaml')
  }

  /** Changes the cluster file. */
  async edit(change: (text: string) => string): Promise<void> {
    await writeFile(this.file, change(await readFile(this.file, 'utf8')))
  }

  /** Opens the cluster's twin. */
  async open(): Promise<OpenedCluster> {
    const { openCluster } = built.cluster()
    const opened = await openCluster({ folder: this.folder, lab: true })
    if ('cluster' in opened) return opened.cluster
    throw new Error(opened.diagnostics.map(({ code, summary }) => `${code}: ${summary}`).join('\n'))
  }

  /** Boots the nodes. */
  async up(): Promise<void> {
    const { bringUpLab } = built.cluster()
    await bringUpLab(await this.open())
  }

  /** Runs a program as root inside a node, without SSH. Throws when it does not end with 0. */
  async inNode(node: string, ...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryInNode(node, ...argv)
    if (code !== 0) throw new Error(`${argv.join(' ')} on ${node} ended with ${code}: ${stderr}`)
    return stdout.toString()
  }

  /** The same; how it ends is a result. */
  async tryInNode(node: string, ...argv: string[]): Promise<RunResult> {
    const { labExec } = built.lab()
    return labExec({ cluster: this.name, folder: this.folder }, node, argv)
  }

  /** Removes the nodes and the folder. */
  async remove(): Promise<void> {
    await removeLab({ name: this.name, folder: this.folder })
  }
}

function scratchFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
}

async function removeLab(lab: { readonly name: string; readonly folder: string }): Promise<void> {
  const { takeDownLab } = built.cluster()
  await takeDownLab(lab)
  await rm(lab.folder, { recursive: true, force: true })
}

/** Whether a folder is one of ours whose process is this one or none any more. */
function isOver(folder: string): boolean {
  const match = new RegExp(`^${PREFIX}(\\d+)-`).exec(basename(folder))
  if (match?.[1] === undefined || dirname(folder) !== tmpdir()) return false
  return Number(match[1]) === process.pid || !existsSync(`/proc/${match[1]}`)
}

/** Removes what this process and killed ones before it have left. */
export async function removeScratchLabs(): Promise<void> {
  const { labList } = built.lab()
  for (const { cluster, folder } of await labList()) {
    if (isOver(folder)) await removeLab({ name: cluster, folder })
  }
  for (const entry of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), entry)
    if (isOver(folder)) await rm(folder, { recursive: true, force: true })
  }
}
