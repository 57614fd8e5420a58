/** What a client does about its own state before it starts. The programs that it calls are stood in for; with real ones: `npm run test:nomad`. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/contract/temporary.ts'
import { run } from '../../support/run.ts'

const SCRIPT = 'src/engines/nomad/client-state.sh'
const ID = '2f0b7a52-3c0c-4a39-9d0c-1f1d3c2b4a50'
const WHOLE = { 'client-id': ID, 'secret-id': ID, 'state.db': 'state' }

/** Runs the script over a folder with these files; `reads` and `starts` are the end of the program that reads the state, and of any other word to it. */
async function started(
  files: Readonly<Record<string, string>> | undefined,
  reads = 'exit 0',
  starts = 'exit 0',
) {
  const folder = temporaryFolder('nomad-client')
  const client = join(folder, 'client')
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, 0o755)
  }
  for (const [name, text] of Object.entries(files ?? {})) put(join(client, name), text)
  put(join(folder, 'nomad'), `#!/bin/sh\nif [ "$1" = operator ]; then ${reads}; fi\n${starts}\n`)
  put(join(folder, 'end-work'), `printf '%s ' "$@" >"${folder}/ended"\n`)
  const words = [join(folder, 'nomad'), join(folder, 'end-work'), 'nomad-client.service', folder, '30']
  const { code, stderr } = await run('sh', [SCRIPT, ...words])
  const ended = join(folder, 'ended')
  return {
    code,
    said: stderr.trim(),
    left: existsSync(client) ? readdirSync(client).sort() : [],
    ended: existsSync(ended) ? readFileSync(ended, 'utf8').replace(folder, 'FOLDER').trim() : 'nothing',
  }
}

const ENDED = 'nomad-client.service FOLDER 30'

describe('a client that starts', () => {
  it('goes on with a state that can be read, and begins where there is none', async () => {
    expect(await started(WHOLE)).toEqual({ code: 0, said: '', left: Object.keys(WHOLE), ended: 'nothing' })
    expect(await started(undefined)).toEqual({ code: 0, said: '', left: [], ended: 'nothing' })
  })

  it('ends what it ran, sets a damaged state aside and comes as another node', async () => {
    const seen = await started(WHOLE, 'echo "file size too small" >&2; exit 1')
    expect(seen).toMatchObject({ code: 0, left: ['state.db.damaged'], ended: ENDED })
    expect(seen.said).toContain('damaged')
  })

  it.each([
    ['an empty state', { ...WHOLE, 'state.db': '' }],
    ['no state', { 'client-id': ID, 'secret-id': ID }],
    ['an empty identity', { ...WHOLE, 'client-id': '' }],
    ['an identity without its secret', { 'client-id': ID, 'state.db': 'state' }],
    ['an identity of zeros', { ...WHOLE, 'secret-id': '\0'.repeat(36) }],
  ])('does the same with %s', async (_, files) => {
    const { code, left, ended } = await started(files)
    expect([code, left.filter((name) => name !== 'state.db.damaged'), ended]).toEqual([0, [], ENDED])
  })

  it('takes neither another agent nor a program that does not run for a damaged state', async () => {
    const other = await started(
      WHOLE,
      'echo "timed out while opening database, is another Nomad process accessing data_dir?" >&2; exit 1',
    )
    expect([other.code, other.ended, other.left]).toEqual([1, 'nothing', Object.keys(WHOLE)])
    const broken = await started(WHOLE, 'exit 126', 'exit 126')
    expect([broken.code, broken.ended, broken.left]).toEqual([0, 'nothing', Object.keys(WHOLE)])
  })
})
