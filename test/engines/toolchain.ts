/** The Go toolchain of this computer: which one there is, or what to install. */
import { run } from '../../src/support/run.ts'
import type { Recipe } from './recipes.ts'

const WHERE = 'https://go.dev/dl/'

/** Version of the Go that builds an engine, or why there is none. */
export type Toolchain = { readonly goVersion: string } | { readonly lacks: string }

/** Asks Go in the module's folder: a newer one may take its place there (GOTOOLCHAIN). */
export async function toolchainFor(recipe: Recipe): Promise<Toolchain> {
  const { code, stdout, stderr } = await run('go', ['env', 'GOVERSION'], { folder: recipe.folder })
  const install = `install Go ${recipe.oldestGo} or newer from ${WHERE}`
  if (code === 127) return { lacks: `there is no Go toolchain: ${install}` }
  if (code !== 0) return { lacks: `${stderr.trim().split('\n').at(-1)}: ${install}` }
  const goVersion = stdout.toString().trim()
  if (isOlder(goVersion, recipe.oldestGo)) return { lacks: `${goVersion} is too old: ${install}` }
  return { goVersion }
}

function isOlder(goVersion: string, oldest: string): boolean {
  const [is, wanted] = [goVersion.replace(/^go/, ''), oldest].map((text) => text.split(/[.-]/).map(Number))
  for (const index of [0, 1, 2]) {
    const difference = (is?.[index] ?? 0) - (wanted?.[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
