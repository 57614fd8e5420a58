/** How long it takes to get from the file of a large cluster to the programs of all its nodes, and how much memory. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { run } from '../src/support/run.ts'
import type { Benchmark } from './benchmark.ts'
import { REPOSITORY } from './built.ts'
import type { Compilation } from './compile-once.ts'
import type { Figure } from './figure.ts'
import { generatedCluster } from './generated-cluster.ts'
import { ScratchCluster } from './scratch-lab.ts'

/** What is promised for the largest size. */
const LARGE = 1000
const AT_MOST_SECONDS = 10
const AT_MOST_MEGABYTES = 500

/** Makes the program that is measured, so that it needs nothing but Node: what translates it would count too. */
async function plainProgram(): Promise<string> {
  const source = await readFile(join(REPOSITORY, 'bench/compile-once.ts'), 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  })
  await mkdir(join(REPOSITORY, '.cache/bench'), { recursive: true })
  const file = join(REPOSITORY, '.cache/bench/compile-once.mjs')
  await writeFile(file, outputText)
  return file
}

async function compileOnce(program: string, folder: string): Promise<Compilation> {
  const dist = pathToFileURL(join(REPOSITORY, 'dist')).href
  const { code, stdout, stderr } = await run(process.execPath, [program, dist, folder])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout.toString()) as Compilation
}

function figuresOf(nodes: number, what: string, samples: readonly Compilation[]): Figure[] {
  const name = `${nodes} nodes, ${what}`
  const isLarge = nodes >= LARGE
  return [
    {
      name,
      unit: 's',
      samples: samples.map(({ seconds }) => seconds),
      ...(isLarge && { atMost: AT_MOST_SECONDS }),
    },
    ...Object.keys(samples[0]?.steps ?? {}).map((step) => ({
      name: `  ${step}`,
      unit: 's',
      samples: samples.map(({ steps }) => steps[step] ?? 0),
    })),
    {
      name: '  processor time, before the saving',
      unit: 's',
      samples: samples.map(({ processorSeconds }) => processorSeconds),
    },
    {
      name: '  most memory',
      unit: 'MB',
      samples: samples.map(({ peakBytes }) => peakBytes / 1e6),
      ...(isLarge && { atMost: AT_MOST_MEGABYTES }),
    },
  ]
}

/** Compiles generated clusters, with secrets that have to be made and with secrets that are there. */
export const benchmark: Benchmark = async ({ runs, sizes }, say) => {
  const figures: Figure[] = []
  const notes: string[] = []
  const raw: Record<string, unknown> = {}
  const program = await plainProgram()
  for (const nodes of sizes) {
    const cluster = await ScratchCluster.ofText('bench-compile', generatedCluster('bench-compile', nodes))
    try {
      const first: Compilation[] = []
      const again: Compilation[] = []
      for (let sample = 0; sample < runs; sample++) {
        say(`${nodes} nodes, ${sample + 1} of ${runs}`)
        await rm(join(cluster.folder, '.bramble'), { recursive: true, force: true })
        first.push(await compileOnce(program, cluster.folder))
        again.push(await compileOnce(program, cluster.folder))
        if (first.at(-1)?.sha256 !== again.at(-1)?.sha256)
          throw new Error('the same input gave other programs')
      }
      figures.push(
        ...figuresOf(nodes, 'the first time', first),
        ...figuresOf(nodes, 'every other time', again),
      )
      const [one] = again
      if (one)
        notes.push(
          `${nodes} nodes: ${one.resources} resources, ${Math.round(one.textBytes / 1e6)} MB of programs`,
        )
      raw[String(nodes)] = { first, again }
    } finally {
      await cluster.remove()
    }
  }
  return { figures, notes, raw }
}
