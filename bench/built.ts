/** The built product, as its users run it: measuring the sources would measure their translation too. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, type RunResult } from '../src/support/run.ts'

/** Folder of the repository. */
export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(REPOSITORY, 'dist')

/** Whether there is anything to measure. */
export function isBuilt(): boolean {
  return existsSync(join(DIST, 'cli/main.cjs'))
}

/** An `import()` would go through what translates the benchmarks, and with it all that it leads to. */
const require = createRequire(import.meta.url)

function load<T>(path: string): T {
  return require(join(DIST, path)) as T
}

/** Modules of the built product. */
export const built = {
  cluster: () => load<typeof import('../src/api/index.ts')>('api/index.js'),
  connect: () => load<typeof import('../src/api/connect.ts')>('api/connect.js'),
  prepare: () => load<typeof import('../src/api/run/prepare.ts')>('api/run/prepare.js'),
  programs: () => load<typeof import('../src/programs/programs.ts')>('programs/programs.js'),
  push: () => load<typeof import('../src/delivery/push/push.ts')>('delivery/push/push.js'),
  secrets: () => load<typeof import('../src/secrets/store.ts')>('secrets/store.js'),
  baseImage: () => load<typeof import('../src/lab/base-image.ts')>('lab/base-image.js'),
  lab: () => load<typeof import('../src/lab/lab.ts')>('lab/lab.js'),
  file: () => load<typeof import('../src/resources/file/file.ts')>('resources/file/file.js'),
  directory: () =>
    load<typeof import('../src/resources/directory/directory.ts')>('resources/directory/directory.js'),
  link: () => load<typeof import('../src/resources/link/link.ts')>('resources/link/link.js'),
  group: () => load<typeof import('../src/resources/group/group.ts')>('resources/group/group.js'),
  authorizedKey: () =>
    load<typeof import('../src/resources/authorized-key/authorized-key.ts')>(
      'resources/authorized-key/authorized-key.js',
    ),
  service: () => load<typeof import('../src/resources/service/service.ts')>('resources/service/service.js'),
  unit: () => load<typeof import('../src/resources/service/unit.ts')>('resources/service/unit.js'),
} as const

/** Runs the command line on a cluster's folder. */
export function bramble(folder: string, ...words: string[]): Promise<RunResult> {
  return run(process.execPath, [join(DIST, 'cli/main.cjs'), '-C', folder, ...words])
}

/** The same, and throws when it does not end with 0. */
export async function brambleOrThrow(folder: string, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await bramble(folder, ...words)
  if (code !== 0)
    throw new Error(`bramble ${words.join(' ')} ended with ${code}\n${stdout.toString()}${stderr}`)
  return stdout.toString()
}
