/** A kind beside the cluster file: its shape, and its shell as every node must be able to read it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { shellName, type CompilerKind } from '../../compile/compile.ts'
import { ownPartCodes } from '../../diagnostics/catalogue/own.ts'
import { condensed } from '../../shell/condensed.ts'
import { run } from '../../support/run.ts'
import { A_FUNCTION, shaped, SOME_TEXT, WrongShape, type Loaded, type Member } from './loaded.ts'

const MEMBERS: Readonly<Record<keyof CompilerKind['kind'] | 'summary' | 'options' | 'resource', Member>> = {
  name: SOME_TEXT,
  summary: SOME_TEXT,
  stage: {
    required: true,
    sort: 'a number',
    is: (value) => typeof value === 'number' && Number.isFinite(value),
  },
  converges: {
    required: true,
    sort: "'each' or 'whole'",
    is: (value) => value === 'each' || value === 'whole',
  },
  uses: {
    sort: 'a list of kinds',
    is: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  },
  options: {
    required: true,
    sort: 'a schema of zod',
    is: (value) => typeof value === 'object' && value !== null && 'safeParse' in value,
  },
  ground: A_FUNCTION,
  resource: { ...A_FUNCTION, required: true },
}

/** The kind with its shell. Throws `WrongShape`. */
export async function ownKind(loaded: Loaded): Promise<CompilerKind> {
  // What `defineKind` gives is the constructor; the kind lies beside it.
  const { value } = loaded
  const kind = typeof value === 'function' && 'kind' in value ? value.kind : value
  const given = shaped({ ...loaded, value: kind }, MEMBERS)
  const shell = await shellOf(loaded)
  return { kind: given as unknown as CompilerKind['kind'], shell }
}

async function shellOf({ file, name }: Loaded): Promise<string> {
  const folder = dirname(file)
  const files = readdirSync(folder)
    .filter((one) => one.endsWith('.sh'))
    .sort()
  const main = join(folder, `${name}.sh`)
  const top = { file: main, line: 1, column: 1, length: 0 }
  if (!files.includes(`${name}.sh`)) {
    const fix = `write it, with the functions ${needed(name).join(', ')}`
    throw new WrongShape(
      ownPartCodes.OWN_SHELL_WRONG({ file: main, problem: 'is not there', fix }, { where: { ...top, file } }),
    )
  }
  const texts = files.map((one) => readFileSync(join(folder, one), 'utf8'))
  for (const [index, one] of files.entries()) await judgeShell(join(folder, one), texts[index] ?? '', name)
  const defined = new Set(texts.flatMap((text) => functionsOf(text).map(({ name: own }) => own)))
  const missing = needed(name).filter((own) => !defined.has(own))
  if (missing.length > 0) {
    const problem = `has no function ${missing.join(', ')}`
    throw new WrongShape(
      ownPartCodes.OWN_SHELL_WRONG(
        { file: main, problem, fix: 'write it; it may be empty but for a :' },
        { where: top },
      ),
    )
  }
  return texts.map(condensed).join('')
}

function needed(kind: string): string[] {
  return ['check', 'converge', 'before', 'remove'].map((part) => `${shellName(kind)}_${part}`)
}

function functionsOf(text: string): { name: string; line: number }[] {
  return text.split('\n').flatMap((line, index) => {
    const [, name] = /^\s*([A-Za-z_]\w*)\s*\(\)/.exec(line) ?? []
    return name === undefined ? [] : [{ name, line: index + 1 }]
  })
}

/** Read by the shell of this computer, and with no function that is not the kind's own: it would take the place of another's. */
async function judgeShell(file: string, text: string, kind: string): Promise<void> {
  const { code, stderr } = await run('sh', ['-n', file])
  if (code !== 0) {
    const [, line = '1', said = ''] = /(?:line )?(\d+): *(.*)/.exec(stderr) ?? []
    const problem = `is no shell: ${said === '' ? (stderr.split('\n')[0] ?? '') : said}`
    const where = { file, line: Number(line), column: 1, length: 0 }
    throw new WrongShape(
      ownPartCodes.OWN_SHELL_WRONG({ file, problem, fix: 'mend it at or above this line' }, { where }),
    )
  }
  const foreign = functionsOf(text).find(({ name }) => !name.startsWith(`${shellName(kind)}_`))
  if (foreign === undefined) return
  const problem = `has a function ${foreign.name}, which would take the place of another of that name`
  const where = { file, line: foreign.line, column: 1, length: foreign.name.length }
  throw new WrongShape(
    ownPartCodes.OWN_SHELL_WRONG(
      { file, problem, fix: `call it ${shellName(kind)}_${foreign.name}` },
      { where },
    ),
  )
}
