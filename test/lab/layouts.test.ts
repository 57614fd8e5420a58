/** Releases of each layout, wished for by own roles, from a mirror onto real nodes: the right bytes, or a reason and not one byte. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { labPreflight } from '../../src/lab/lab.ts'
import { ReleaseServer } from '../releases/release-server.ts'
import { ClusterUnderTest, type Ran } from './cluster-under-test.ts'
import { lay, layPacked, NEW, OLD, PATHS, programOf, publishAll } from './own-releases/layouts.ts'

const lacking = await labPreflight()
if (lacking.length > 0) console.log(`skipped, there can be no virtual nodes here:\n  ${lacking.join('\n  ')}`)

const NODES = ['hammond', 'oneil']
const LAYOUTS = ['zipped', 'packed', 'bare'] as const
const TEXT = (mirror: string, key: string): string => `cluster: layouts
domain: office.example.net
access: { user: pi }
nodes:
  hammond: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  oneil: { address: 192.0.2.11, model: pi4, memory: 1GiB }
roles:
${LAYOUTS.map((name) => `  ${name}: { on: all }\n`).join('')}releases: { mirror: "${mirror}", key: "${key}" }
`
const OTHER_VERSION = 'write a version that is out into the cluster file'
/** What a release is called among people. */
const fileOf = (name: keyof typeof PATHS): string => PATHS[name].file.split('/').at(-1) ?? ''

describe.skipIf(lacking.length > 0)('releases that own roles wish for', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'bramble-lab-layouts-'))
  const cache = join(scratch, 'bramble/releases')
  const usualCache = process.env['XDG_CACHE_HOME']
  let mirror: ReleaseServer
  let cluster: ClusterUnderTest

  beforeAll(async () => {
    process.env['XDG_CACHE_HOME'] = scratch
    mirror = await ReleaseServer.start()
    cluster = new ClusterUnderTest('layouts', TEXT(mirror.url, mirror.keyFile))
    cpSync('test/lab/own-releases', cluster.folder, { recursive: true })
    const up = await cluster.bramble('lab', 'up', '--share-memory')
    expect(up.code, up.errors + up.text).toBe(0)
  })
  afterAll(async () => {
    await cluster.remove()
    await mirror.stop()
    if (usualCache === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = usualCache
    rmSync(scratch, { recursive: true, force: true })
  })
  beforeEach(async () => {
    await publishAll(mirror)
    for (const node of NODES) await cluster.write(node, '/root/before', '')
  })

  /** It ends with this code and way out, and no file of any node has changed. */
  async function isRefused({ code, text, errors }: Ran, ...says: readonly string[]): Promise<void> {
    for (const one of says) expect(errors + text).toContain(one)
    expect(code).toBe(1)
    const changed = 'find /etc /usr /opt /srv /var/lib -cnewer /root/before -not -path "/var/lib/systemd*"'
    for (const node of NODES) expect(await cluster.output(node, 'sh', '-c', changed)).toBe('')
  }
  const apply = (...words: string[]): Promise<Ran> => cluster.bramble('apply', '--yes', ...words)
  const remove = (path: string): void => rmSync(join(mirror.folder, path))
  const says = (node: string, name: string): Promise<string> => cluster.output(node, name)

  describe('change nothing', () => {
    // What was fetched before would be taken where nobody can be asked.
    beforeEach(() => rmSync(cache, { recursive: true, force: true }))

    it('where bytes were altered, or are not there', async () => {
      lay(mirror, PATHS.zipped.file, 'other')
      lay(mirror, PATHS.packed.file, 'other')
      remove(PATHS.bare.file)
      const damaged = LAYOUTS.slice(0, 2).map((name) => `RELEASE_CHECKSUM_WRONG: ${fileOf(name)} is damaged`)
      await isRefused(
        await apply(),
        ...damaged,
        `RELEASE_MISSING: there is no ${mirror.url}/${PATHS.bare.file}`,
      )
    })

    it('where somebody else has signed, or the checksums are of something else', async () => {
      lay(mirror, PATHS.zipped.signature, 'x')
      lay(mirror, PATHS.packed.sums, `${'a'.repeat(64)}  other.tar.gz\n`)
      await isRefused(await apply(), 'RELEASE_SIGNATURE_WRONG', 'RELEASE_NOT_BUILT_FOR: packed')
    })

    it('where the checksums are missing', async () => {
      remove(PATHS.zipped.sums)
      remove(PATHS.packed.sums)
      const missing = [PATHS.zipped.sums, PATHS.packed.sums].map(
        (path) => `there is no ${mirror.url}/${path}`,
      )
      await isRefused(await apply(), 'RELEASE_MISSING', ...missing, OTHER_VERSION)
    })

    it('where the signature is missing, or the program in the archive', async () => {
      remove(PATHS.zipped.signature)
      await layPacked(mirror, NEW, { README: 'x' })
      const missing = `RELEASE_MISSING: there is no ${mirror.url}/${PATHS.zipped.signature}`
      await isRefused(await apply(), missing, `RELEASE_ARCHIVE_UNSAFE: ${fileOf('packed')}`)
    })

    it('in a version that nobody has', async () => {
      const versions = LAYOUTS.flatMap((name, index) => ['--set', `roles.${name}.version=1.1.9${index}`])
      await isRefused(
        await apply(...versions),
        'RELEASE_MISSING',
        '1.1.90',
        '1.1.91',
        '1.1.92',
        OTHER_VERSION,
      )
    })

    it('where the index is none', async () => {
      for (const name of LAYOUTS) lay(mirror, PATHS[name].index, '<html>Please log in</html>')
      const indexes = LAYOUTS.map((name) => PATHS[name].index)
      await isRefused(await apply(), 'RELEASE_INDEX_INVALID', ...indexes)
    })

    it('while the mirror is down', async () => {
      const down = await apply('--set', 'releases.mirror=http://127.0.0.1:1')
      const indexes = LAYOUTS.map((name) => PATHS[name].index.replace('1.1', '1.0'))
      await isRefused(down, 'RELEASE_INDEX_UNREACHABLE', ...indexes)
    })
  })

  it('come as their makers made them, in the newest version of their index, and are fetched once', async () => {
    mirror.requests.length = 0
    const applied = await apply()
    expect(applied.code, applied.errors + applied.text).toBe(0)
    expect(applied.errors + applied.text).toContain('RELEASE_FIRST_SEEN')
    const files = Object.values(PATHS).map(({ file }) => `/${file}`)
    expect(mirror.requests.filter((path) => files.includes(path)).sort()).toEqual(files.sort())
    for (const node of NODES) {
      for (const name of LAYOUTS) {
        const is = await cluster.inside(node, 'cat', `/usr/local/bin/${name}`)
        expect(is.stdout.toString()).toBe(programOf(name, NEW))
        expect(await says(node, name)).toBe(`${name} ${NEW}`)
      }
    }
    mirror.requests.length = 0
    expect((await cluster.apply()).outcome).toBe('unchanged')
    expect(mirror.requests).toEqual([])
  })

  it('are refused when they change after they were pinned, until that is wanted', async () => {
    await publishAll(mirror, ', again')
    rmSync(cache, { recursive: true })
    const ways = LAYOUTS.map((name) => `upgrade ${name}@${NEW}`)
    await isRefused(await apply(), ...LAYOUTS.map((name) => `RELEASE_CHANGED: ${fileOf(name)}`), ...ways)
    for (const name of LAYOUTS) {
      const wanted = await cluster.bramble('upgrade', `${name}@${NEW}`, '--yes')
      expect(wanted.code, wanted.errors + wanted.text).toBe(0)
    }
    expect((await cluster.apply()).outcome).toBe('changed')
    for (const name of LAYOUTS) expect(await says('oneil', name)).toBe(`${name} ${NEW}, again`)
  })

  it('do not go back by a word in the cluster file, and go with their roles', async () => {
    cluster.edit((text) => text.replace('  bare: { on: all }', `  bare: { on: hammond, version: ${OLD} }`))
    cluster.edit((text) => text.replace(/^ {2}(zipped|packed): .*\n/gm, ''))
    await isRefused(await apply(), 'ENGINE_DOWNGRADE')
    cluster.edit((text) => text.replace(`, version: ${OLD}`, ''))
    await cluster.apply()
    const left = await cluster.output('oneil', 'sh', '-c', 'ls /usr/local/bin')
    expect(left).toBe('')
    expect(await says('hammond', 'bare')).toBe(`bare ${NEW}, again`)
  })
})
