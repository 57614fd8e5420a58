/** The product with one role more, built as CONTRIBUTING.md says: a folder in `src/roles`, and nothing else. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../src/support/run.ts'
import { REPOSITORY } from './built.ts'

const PARTS = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts', 'src']
const KEEP_MILLISECONDS = 24 * 60 * 60 * 1000
const KEPT = join(REPOSITORY, '.cache/bench/products')

async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined)
    const files = entries
      ? entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      : [path]
    for (const file of files.sort()) hash.update(`${file}\n`).update(await readFile(file))
  }
  return hash.digest('hex').slice(0, 12)
}

/** Another benchmark may be using a young one. */
async function dropOld(): Promise<void> {
  for (const name of await readdir(KEPT).catch(() => [])) {
    const folder = join(KEPT, name)
    const { mtimeMs } = await stat(folder)
    if (Date.now() - mtimeMs > KEEP_MILLISECONDS) await rm(folder, { recursive: true, force: true })
  }
}

/** The command line of the product with the role `name`, whose text is in `file`; built once for each state of the sources. */
export async function productWithRole(
  name: string,
  file: string,
  say: (text: string) => void,
): Promise<string> {
  const digest = await digestOf([...PARTS.map((part) => join(REPOSITORY, part)), file])
  const folder = join(KEPT, digest)
  const cli = join(folder, 'dist/cli/main.cjs')
  if (existsSync(cli)) return cli
  say('building the product with one role more')
  await dropOld()
  const draft = `${folder}.${process.pid}`
  await mkdir(draft, { recursive: true })
  for (const part of PARTS) await cp(join(REPOSITORY, part), join(draft, part), { recursive: true })
  await symlink(join(REPOSITORY, 'node_modules'), join(draft, 'node_modules'))
  await mkdir(join(draft, 'src/roles', name), { recursive: true })
  const text = (await readFile(file, 'utf8')).replaceAll("'../../src/", "'../../")
  await writeFile(join(draft, 'src/roles', name, `${name}.ts`), text.replaceAll("'../../roles/", "'../"))
  const { code, stdout, stderr } = await run('npm', ['run', '--silent', 'build'], { folder: draft })
  if (code !== 0) throw new Error(`npm run build ended with ${code}\n${stdout.toString()}${stderr}`)
  await rename(draft, folder)
  return cli
}
