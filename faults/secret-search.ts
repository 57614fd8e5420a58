/** Looks for secrets, in every form in which programs write values down, in whatever files there are. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writtenForms } from '../src/secrets/written-forms.ts'
import { run } from '../src/support/run.ts'

/** What is looked for. */
export interface Marked {
  readonly secrets: readonly { readonly name: string; readonly text: string }[]
  /** Certificates: the last lines of a private key are its public half, and stand in its certificate, too. */
  readonly known: string
}

/** Where a secret was found. */
export interface Sighting {
  readonly secret: string
  readonly file: string
}

/** Finds the secrets in all files below the paths. */
export async function sightings(
  { secrets, known }: Marked,
  paths: readonly string[],
): Promise<readonly Sighting[]> {
  const forms = new Map(
    secrets.flatMap(({ name, text }) => [...writtenForms(text)].map((form) => [form, name])),
  )
  const folder = await mkdtemp(join(tmpdir(), 'bramble-search-'))
  try {
    const patterns = join(folder, 'patterns')
    // A form of several lines is also looked for line by line.
    const lines = [...forms.keys()].filter((form) => !form.includes('\n') && !known.includes(form))
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
