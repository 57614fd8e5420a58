/**
 * Program: compiles all nodes of a cluster once and prints what it took. Arguments: URL of the folder `dist`, the
 * cluster's folder. It imports nothing of ours, because it runs as it is, without what translates TypeScript.
 */
import { createHash } from 'node:crypto'

type ClusterModule = typeof import('../src/api/index.ts')
type PrepareModule = typeof import('../src/api/run/prepare.ts')

/** What one compilation took. */
export interface Compilation {
  /** Of each step, in seconds, in their order. */
  readonly steps: Readonly<Record<string, number>>
  /** All but the saving of new secrets. */
  readonly seconds: number
  /** Processor time of all, over all threads; hardly depends on what else the computer does. */
  readonly processorSeconds: number
  /** The most memory that the process ever had in use, in bytes. */
  readonly peakBytes: number
  readonly programs: number
  readonly resources: number
  readonly textBytes: number
  /** Over the texts of all programs. */
  readonly sha256: string
}

const steps: Record<string, number> = {}
let last = performance.now()
function step(name: string): void {
  const now = performance.now()
  steps[name] = (now - last) / 1000
  last = now
}

async function compileAll(dist: string, folder: string): Promise<void> {
  const { openCluster } = (await import(`${dist}/api/index.js`)) as ClusterModule
  const { prepare } = (await import(`${dist}/api/run/prepare.js`)) as PrepareModule
  step('load the modules')
  const opened = await openCluster({ folder, lab: true })
  if (!('cluster' in opened)) throw new Error(opened.diagnostics.map(({ summary }) => summary).join('\n'))
  step('read and resolve')
  const prepared = await prepare(opened.cluster, {}, 'create', () => Promise.resolve(new Map()))
  step('secrets')
  const programs = prepared.nodes.map((node) => prepared.program(node))
  // A program is compiled when it is first read.
  const textBytes = programs.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  step('compile')
  const seconds = Object.values(steps).reduce((sum, part) => sum + part, 0)
  const { user, system } = process.cpuUsage()
  const hash = createHash('sha256')
  for (const { text } of programs) hash.update(text)
  await prepared.secrets.save()
  step('save new secrets')
  const compilation: Compilation = {
    steps,
    seconds,
    processorSeconds: (user + system) / 1e6,
    // Linux counts in KiB (getrusage(2)).
    peakBytes: process.resourceUsage().maxRSS * 1024,
    programs: programs.length,
    resources: programs.reduce((sum, { resources }) => sum + resources.size, 0),
    textBytes,
    sha256: hash.digest('hex'),
  }
  process.stdout.write(JSON.stringify(compilation))
}

const [dist = '', clusterFolder = ''] = process.argv.slice(2)
await compileAll(dist, clusterFolder)
