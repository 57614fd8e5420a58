/**
 * `npm run support-dates [-- --from PLACE --date DAY --source TEXT --to FILE]`: makes the dates of support that come with Bramble, from
 * the documents of endoflife.date's API (https://endoflife.date/docs/api/v1/). PLACE is a URL that the name of a product is put behind, or a
 * folder with a file NAME.json for each. Writes nothing unless every product was there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { supportSchema, type SupportDates, type SupportedLine } from '../src/releases/support.ts'
import { compareLines } from '../src/releases/version.ts'

/** Ours by their name at endoflife.date. */
const PRODUCTS: Readonly<Record<string, string>> = {
  consul: 'consul',
  nomad: 'nomad',
  vault: 'hashicorp-vault',
  openbao: 'openbao',
  kubernetes: 'kubernetes',
  containerd: 'containerd',
  etcd: 'etcd',
  docker: 'docker-engine',
  traefik: 'traefik',
  prometheus: 'prometheus',
  grafana: 'grafana',
  debian: 'debian',
}

const USUAL_PLACE = 'https://endoflife.date/api/v1/products'
const SILENCE_SECONDS = 30

const documentSchema = z.object({
  last_modified: z.string(),
  result: z.object({
    label: z.string(),
    releases: z.array(
      z.object({
        name: z.string(),
        releaseDate: z.string().nullish(),
        isLts: z.boolean(),
        isEol: z.boolean(),
        eolFrom: z.string().nullish(),
        latest: z.object({ name: z.string() }).nullish(),
      }),
    ),
  }),
})

type ProductDocument = z.output<typeof documentSchema>

async function textOf(place: string, name: string): Promise<string> {
  if (!/^https?:\/\//.test(place)) return readFileSync(join(place, `${name}.json`), 'utf8')
  const url = `${place.replace(/\/+$/, '')}/${name}`
  const response = await fetch(url, { signal: AbortSignal.timeout(SILENCE_SECONDS * 1000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.text()
}

/** Lines that are no plain numbers, such as a channel, are left out. */
function linesOf({ result: { releases } }: ProductDocument): SupportedLine[] {
  return releases
    .filter(({ name }) => /^\d+(\.\d+)?$/.test(name))
    .map(({ name, releaseDate, isLts, isEol, eolFrom, latest }): SupportedLine => ({
      line: name,
      ...(releaseDate && { released: releaseDate }),
      ...(eolFrom && { ends: eolFrom }),
      ...(isEol && !eolFrom && { ended: true as const }),
      ...(isLts && { lts: true as const }),
      ...(latest && { newest: latest.name }),
    }))
    .sort((a, b) => compareLines(b.line, a.line))
}

async function read(place: string): Promise<ReadonlyMap<string, ProductDocument>> {
  const found = new Map<string, ProductDocument>()
  const problems: string[] = []
  for (const [product, name] of Object.entries(PRODUCTS)) {
    try {
      found.set(product, documentSchema.parse(JSON.parse(await textOf(place, name))))
    } catch (error) {
      problems.push(`${product}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return found
}

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: USUAL_PLACE },
    to: { type: 'string', default: join(import.meta.dirname, '../src/releases/support.json') },
    date: { type: 'string' },
    source: { type: 'string' },
  },
})

try {
  const documents = await read(values.from)
  const dates: SupportDates = supportSchema.parse({
    date:
      values.date ??
      [...documents.values()]
        .map((one) => one.last_modified.slice(0, 10))
        .sort()
        .at(-1),
    source: values.source ?? values.from,
    products: Object.fromEntries(
      [...documents].map(([product, document]) => [
        product,
        { title: document.result.label, lines: linesOf(document) },
      ]),
    ),
  })
  writeFileSync(values.to, `${JSON.stringify(dates, undefined, 2)}\n`)
  process.stdout.write(`${documents.size} products, true on ${dates.date}: ${values.to}\n`)
} catch (error) {
  process.stderr.write(`nothing was written:\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
