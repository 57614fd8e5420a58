/** Compiles resources as the product does, and really runs the program on a scratch root. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compile, type CompilerKind, type Program } from '../../src/compile/compile.ts'
import { runtime } from '../../src/compile/runtime.generated.ts'
import { orderResources } from '../../src/plan/order.ts'
import type { Kind, Resource } from '../../src/resources/kind.ts'
import { condensed } from '../../src/shell/condensed.ts'
import { run } from '../../src/support/run.ts'
import { busyboxFolder } from './busybox-tools.ts'
import { temporaryFolder } from './temporary.ts'

const source = fileURLToPath(new URL('../../src/', import.meta.url))

/** The shells that every program must work with. `busybox` has no other tools than busybox's own either. */
export const SHELLS = {
  dash: ['dash'],
  busybox: ['busybox', 'ash'],
  'bash --posix': ['bash', '--posix'],
} as const
export type ShellName = keyof typeof SHELLS

/** One line of a program: its type and the fields behind it, unescaped. */
export interface Line {
  readonly type: string
  readonly fields: readonly string[]
}

/** What came of running a program. */
export interface ProgramRun {
  readonly lines: readonly Line[]
  readonly code: number
  readonly stderr: string
  /** The addresses that differ, in order, each once. */
  readonly differing: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly failed: ReadonlyMap<string, { readonly message: string; readonly output: string }>
  readonly skipped: ReadonlyMap<string, string>
}

async function loadKind(name: string): Promise<CompilerKind> {
  const folder = join(source, 'resources', name)
  const module = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { default: Kind<never> }
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sh')).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return { kind: module.default, shell: texts.map(condensed).join('') }
}

/** The kinds of these names and the kinds that they use, read from their folders: no generated file is in between. */
export async function loadKinds(names: readonly string[]): Promise<Record<string, CompilerKind>> {
  const kinds: Record<string, CompilerKind> = {}
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (kinds[name]) continue
    if (!existsSync(join(source, 'resources', name, `${name}.sh`)))
      throw new Error(`there is no kind called ${name}`)
    const loaded = await loadKind(name)
    kinds[name] = loaded
    waiting.push(...(loaded.kind.uses ?? []))
  }
  return kinds
}

/** Compiles the program of one node; `alsoKinds` are the kinds of what is to be removed. */
export async function programOf(
  resources: readonly Resource[],
  alsoKinds: readonly string[] = [],
): Promise<Program> {
  const kinds = await loadKinds([...resources.map(({ kind }) => kind), ...alsoKinds])
  const ordered = orderResources(resources, (kind) => kinds[kind]?.kind.stage ?? 0)
  return compile(ordered, { node: 'scratch', kinds, runtime, alsoKinds })
}

function unescaped(field: string): string {
  return field.replace(/\\([\\tn])/g, (_, letter: string) => ({ '\\': '\\', t: '\t', n: '\n' })[letter] ?? '')
}

/** Reads what a program wrote; anything that is no event line is a defect of the program. */
export function readLines(output: string): Line[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [at, type = '', ...fields] = line.split('\t')
      if (at !== '@') throw new Error(`the program wrote a line that is no event: ${line}`)
      return { type, fields: fields.map(unescaped) }
    })
}

/** What the lines of a program say of its resources. */
export function summarised(
  program: Program,
  lines: readonly Line[],
): Omit<ProgramRun, 'code' | 'stderr' | 'lines'> {
  const address = (id = ''): string => program.resources.get(id)?.address ?? id
  const of = (type: string): Line[] => lines.filter((line) => line.type === type)
  return {
    differing: [...new Set(of('differs').map(({ fields }) => address(fields[0])))],
    changed: of('changed').map(({ fields }) => address(fields[0])),
    removed: of('removed').map(({ fields: [kind = '', name = ''] }) => `${kind}:${name}`),
    failed: new Map(
      of('failed').map(({ fields: [id, message = '', output = ''] }) => [address(id), { message, output }]),
    ),
    skipped: new Map(of('skipped').map(({ fields: [id, need] }) => [address(id), address(need)])),
  }
}

/** How {@link runProgram} may be asked to run a program. */
export interface ProgramRunOptions {
  readonly shell?: ShellName
  /** Real programs that the busybox run needs besides busybox, for instance `useradd`. */
  readonly tools?: readonly string[]
  /** The scratch root is this system's own for the program: it works on the live system, in a mount namespace of its own. */
  readonly live?: boolean
  /** A program and arguments before the shell, for instance strace. */
  readonly wrapper?: readonly string[]
}

/** Puts the program and its contents beside the root and says which command runs it there. */
export async function programCommand(
  program: Program,
  mode: 'check' | 'converge',
  { shell = 'dash', tools = [], wrapper = [], live = false }: ProgramRunOptions = {},
): Promise<{ argv: string[]; environment: NodeJS.ProcessEnv; folder: string }> {
  const folder = temporaryFolder('program')
  await mkdir(join(folder, 'contents'))
  await writeFile(join(folder, 'program'), program.text)
  for (const [sha256, { bytes }] of program.contents) {
    await writeFile(join(folder, 'contents', sha256), 'path' in bytes ? await readFile(bytes.path) : bytes)
  }
  const inner = [...wrapper, ...SHELLS[shell], join(folder, 'program'), mode, '1']
  const hidden = shell === 'busybox' ? hiddenTools(await busyboxFolder(tools), inner) : inner
  const argv = live ? asOwnSystem(hidden) : hidden
  return { argv, environment: { ...process.env, BRAMBLE_CONTENTS: join(folder, 'contents') }, folder }
}

/** In a mount namespace of its own the folders of the scratch root stand in the places of this system's. */
function asOwnSystem(inner: readonly string[]): string[] {
  const script =
    'for folder in run srv var usr/local; do [ ! -d "$BRAMBLE_ROOT/$folder" ] || mount -n --bind "$BRAMBLE_ROOT/$folder" "/$folder" || exit; done; BRAMBLE_ROOT= exec "$@"'
  return ['unshare', '--mount', '--', 'sh', '-c', script, 'sh', ...inner]
}

/** In a mount namespace of its own the usual folders of programs hold nothing but busybox. */
function hiddenTools(folder: string, inner: readonly string[]): string[] {
  const script = 'mount -n --bind "$1" /usr/sbin && mount -n --bind "$1" /usr/bin && shift && exec "$@"'
  return ['unshare', '--mount', '--', 'sh', '-c', script, 'sh', folder, ...inner]
}

/** Runs a program on a scratch root to its end. */
export async function runProgram(
  root: string,
  program: Program,
  mode: 'check' | 'converge',
  options: ProgramRunOptions = {},
): Promise<ProgramRun> {
  const { argv, environment, folder } = await programCommand(program, mode, options)
  const [command = '', ...args] = argv
  const result = await run(command, args, {
    environment: { ...environment, BRAMBLE_ROOT: root },
    timeoutSeconds: 120,
  })
  await run('rm', ['-rf', folder])
  const lines = readLines(result.stdout.toString())
  return { lines, code: result.code, stderr: result.stderr, ...summarised(program, lines) }
}
