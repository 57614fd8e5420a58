/** `npm run support-dates`: from the documents of endoflife.date, here of a server on the loopback and of a folder. */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { supportSchema } from '../../src/releases/support.ts'
import { run } from '../../src/support/run.ts'

/** Names at endoflife.date. */
const NAMES =
  'consul nomad hashicorp-vault openbao kubernetes containerd etcd docker-engine traefik prometheus grafana debian'.split(
    ' ',
  )

/** As the API writes it, with more in it than is read. */
function documentOf(name: string): string {
  const line = { codename: null, isMaintained: true, isLts: false, isEol: false, eolFrom: null }
  return JSON.stringify({
    schema_version: '1.2.0',
    last_modified: '2026-11-02T10:00:00+00:00',
    result: {
      name,
      label: `The ${name}`,
      releases: [
        { ...line, name: '1.9', releaseDate: '2025-01-02', isEol: true, eolFrom: '2026-01-02', latest: null },
        {
          ...line,
          name: '1.10',
          releaseDate: '2026-01-02',
          isLts: true,
          latest: { name: '1.10.3', date: 'x' },
        },
        { ...line, name: '1.8', releaseDate: null, isEol: true },
        { ...line, name: 'edge', latest: { name: 'edge-1' } },
      ],
    },
  })
}

async function server(answers: (name: string) => string | undefined): Promise<string> {
  const http = createServer((request, response) => {
    const answer = answers((request.url ?? '').slice(1))
    if (answer === undefined) response.writeHead(404).end()
    else response.end(answer)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => void http.close())
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function made(from: string, ...words: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-support-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const to = join(folder, 'support.json')
  writeFileSync(to, 'as it was')
  const script = join(import.meta.dirname, '../../scripts/support-dates.ts')
  const argv = ['--import', 'jiti/register', script, '--from', from, '--to', to, ...words]
  const { code, stderr } = await run('node', argv)
  return { code, stderr, text: readFileSync(to, 'utf8') }
}

describe('the dates of support', () => {
  it('are made from a server and from a folder alike, and are what Bramble reads', async () => {
    const url = await server((name) => (NAMES.includes(name) ? documentOf(name) : undefined))
    const fromServer = await made(url)
    expect(fromServer).toMatchObject({ code: 0, stderr: '' })
    const dates = supportSchema.parse(JSON.parse(fromServer.text))
    expect([dates.date, dates.source]).toEqual(['2026-11-02', url])
    expect(Object.keys(dates.products)).toHaveLength(NAMES.length)
    expect(dates.products['vault']).toEqual({
      title: 'The hashicorp-vault',
      lines: [
        { line: '1.10', released: '2026-01-02', lts: true, newest: '1.10.3' },
        { line: '1.9', released: '2025-01-02', ends: '2026-01-02' },
        { line: '1.8', ended: true },
      ],
    })
    const folder = mkdtempSync(join(tmpdir(), 'bramble-support-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'api'))
    for (const name of NAMES) writeFileSync(join(folder, `api/${name}.json`), documentOf(name))
    const fromFolder = await made(join(folder, 'api'), '--source', url, '--date', '2026-11-02')
    expect(fromFolder.text).toBe(fromServer.text)
  })

  it.each([
    ['is not there', (name: string) => (name === 'etcd' ? undefined : documentOf(name)), 'etcd: http'],
    ['is something else', (name: string) => (name === 'etcd' ? '<html>' : documentOf(name)), 'etcd: '],
    ['has another form', (name: string) => (name === 'etcd' ? '{"result":{}}' : documentOf(name)), 'etcd: '],
  ])('stay as they were when a product %s, which is named', async (_what, answers, named) => {
    const { code, stderr, text } = await made(await server(answers))
    expect([code, text]).toEqual([1, 'as it was'])
    expect(stderr).toContain(`nothing was written:\n${named}`)
  })
})
