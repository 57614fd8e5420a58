/** Looks for secrets, in every form in which programs write values down, in whatever files there are. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writtenForms } from '../src/secrets/written-forms.ts'
import { run } from '../src/support/run.ts'

/** A secret and its text. */
export interface Marked {
  readonly name: string
  readonly text: string
}

/** Where a secret was found. */
export interface Sighting {
  readonly secret: string
  readonly file: string
}

/** Finds the secrets in all files below the paths. */
export async function sightings(
  marked: readonly Marked[],
  paths: readonly string[],
): Promise<readonly Sighting[]> {
  const forms = new Map(
    marked.flatMap(({ name, text }) => [...writtenForms(text)].map((form) => [form, name])),
  )
  const folder = await mkdtemp(join(tmpdir(), 'bramble-search-'))
  try {
    const patterns = join(folder, 'patterns')
    // A form of several lines is also looked for line by line.
    const lines = [...forms.keys()].filter((form) => !form.includes('\n'))
    await writeFile(patterns, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
    const found = await run(
      'grep',
      ['-r', '-a', '-o', '-Z', '-H', '-F', '-D', 'skip', '-f', patterns, '--', ...paths],
      {
        environment: { ...process.env, LC_ALL: 'C' },
      },
    )
    if (found.code > 1 && found.stdout.length === 0)
      throw new Error(`grep failed: ${found.stderr.slice(0, 400)}`)
    const seen = found.stdout
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line): Sighting => {
        const [file = '', form = ''] = line.split('\0')
        return { file, secret: forms.get(form) ?? 'a secret' }
      })
    return [...new Map(seen.map((each) => [`${each.secret} ${each.file}`, each])).values()]
  } finally {
    await rm(folder, { recursive: true })
  }
}
