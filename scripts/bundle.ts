/** Bundles the command line: `dist/cli` is an entry and one program, so that a start opens two files, not 440. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown, type OutputChunk } from 'rolldown'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** As deep as the folders of `src`: what is found beside a module (`new URL('../FOLDER/FILE', import.meta.url)`) still is. */
const TARGET = join(ROOT, 'dist/cli')
const LIBRARIES = join(ROOT, 'node_modules')

/** Translates TypeScript by a program that it looks for beside itself. */
const NOT_BUNDLED = ['jiti']

/** The folder of the package that a bundled file comes from; undefined for our own. */
function packageOf(file: string): string | undefined {
  if (!file.startsWith(LIBRARIES)) return undefined
  const path = file.slice(LIBRARIES.length + 1)
  return /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
}

/** The licence of a package with its copyright, which has to go where its code goes. */
function licenceOf(name: string): string {
  const folder = join(LIBRARIES, name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
    license: string
  }
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  return `${name} ${version} (${license})\n${text}`
}

/** The same script in ASCII, which Node reads in half the time. Throws when it has a raw template that would change by that. */
function asciiOf(code: string): string {
  if (/\.raw`[^`]*[^\0-\x7f]/.test(code)) throw new Error('a raw template is not in ASCII')
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return code.replace(/[^\0-\x7f]/g, escaped)
}

/** Bundles one entry into one script of `dist/cli`, with constants that it declares; gives what it was made of. */
async function bundled(
  entry: string,
  entryFileNames: string,
  names: Readonly<Record<string, string>> = {},
): Promise<OutputChunk> {
  const bundle = await rolldown({
    input: join(ROOT, 'src/cli', entry),
    platform: 'node',
    external: [/^node:/, ...NOT_BUNDLED],
    resolve: { alias: { './load-program.ts': join(ROOT, 'src/cli/load-bundle.ts') } },
    transform: {
      define: { 'import.meta.url': 'FILE_URL', 'import.meta.resolve': 'require.resolve', ...names },
    },
  })
  const { output } = await bundle.generate({
    format: 'cjs',
    codeSplitting: false,
    // A script that is not loaded by Node itself can only require, and no script has an import.meta.
    dynamicImportInCjs: false,
    intro: "const FILE_URL = require('node:url').pathToFileURL(__filename).href",
    entryFileNames,
  })
  await bundle.close()
  writeFileSync(join(TARGET, output[0].fileName), asciiOf(output[0].code))
  return output[0]
}

if (existsSync(TARGET)) rmSync(TARGET, { recursive: true })
mkdirSync(TARGET)
const whole = await bundled('whole-program.ts', 'bramble-[hash].cjs')
const entry = await bundled('main.ts', 'main.cjs', { BUNDLE: JSON.stringify(whole.fileName) })
const files = [whole, entry].flatMap(({ moduleIds }) => moduleIds)
const packages = [...new Set(files.map(packageOf).filter((name) => name !== undefined))].sort()
writeFileSync(
  join(dirname(TARGET), 'THIRD-PARTY-LICENCES.txt'),
  packages.map(licenceOf).join(`\n${'-'.repeat(80)}\n\n`),
)
