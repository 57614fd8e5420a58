/** A package run that a power cut has left half done, and files of dpkg that it has emptied: told in a row of its own, and finished. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { ApplyUnderWay, ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { offerPackages } from '../../lab/package-repository.ts'

const FILE = `cluster: cut
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
roles:
  base: { on: all }
`
const ADDRESS = 'ant/package-database:dpkg'
/** Waits for a file that only the test makes, so that it is known to be inside. */
const SLOW = 'mkdir -p /srv/state; touch /srv/state/begun; until test -e /srv/state/go; do sleep 0.2; done'

describe.skipIf(hasNoLab)('a package run that was cut in half', () => {
  const cluster = new ClusterUnderTest('cut', FILE)
  const shell = (script: string) => cluster.output('ant', 'sh', '-c', script)
  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
    const node = {
      output: (...argv: string[]) => cluster.output('ant', ...argv),
      write: (path: string, content: string, mode?: string) => cluster.write('ant', path, content, mode),
    }
    await offerPackages(node, [
      { name: 'slowpkg', version: '1', postinst: SLOW, files: { '/etc/slowpkg.conf': 'shipped\n' } },
      { name: 'slowpkg2', version: '1', postinst: SLOW },
      { name: 'tiny', version: '1' },
    ])
  })
  afterAll(() => cluster.remove())

  const planned = async () =>
    (await cluster.events('plan')).flatMap((event) =>
      event.type === 'resource-differs' ? [[event.address, event.differences]] : [],
    )
  const differs = (field: string, is: string, wanted: string) => [[ADDRESS, [{ field, is, wanted }]]]
  /** The plan tells of slowpkg, and one apply finishes it and leaves its settings as they are. */
  const isFinished = async (): Promise<void> => {
    expect(await planned()).toEqual(
      expect.arrayContaining(differs('interrupted package run', 'slowpkg', 'finished')),
    )
    await cluster.apply()
    expect(await cluster.text('ant', 'dpkg', '--audit')).toBe('')
    expect(await cluster.text('ant', 'cat', '/etc/slowpkg.conf')).toBe('ours')
    expect(await planned()).toEqual([])
  }

  it('is told by the plan, finished by one apply, and then there is nothing to do', async () => {
    cluster.edit((text) => `${text}  packages: { on: [ant], install: [slowpkg] }\n`)
    const run = new ApplyUnderWay(cluster.argv('--json', 'apply', '--yes'))
    await shell('until test -e /srv/state/begun; do sleep 0.2; done')
    await labKill(cluster.id, 'ant')
    await run.kill()
    await labStart(cluster.id, 'ant')
    await cluster.until('ssh', 'ant', '--', 'true')
    await shell('echo ours >/etc/slowpkg.conf; touch /srv/state/go')
    await isFinished()
  })

  it.each([
    ['empties a list of files', ': >slowpkg.list'],
    ['takes a list of files away', 'rm slowpkg.list'],
    ['tears a list of files in the middle', 'printf /us >slowpkg.list'],
    ['empties a script', ': >slowpkg.postinst'],
  ])('%s: the package is installed again', async (_, script) => {
    // A power cut leaves a database that was being written.
    await shell(`cd /var/lib/dpkg/info && ${script} && touch /var/lib/dpkg/status`)
    expect(await planned()).toEqual(differs('lost files of dpkg', 'slowpkg', 'installed again'))
    await cluster.apply()
    expect(await shell('cd /var/lib/dpkg/info && test -s slowpkg.postinst && tail -n1 slowpkg.list')).toBe(
      '/etc/slowpkg.conf',
    )
    expect(await cluster.text('ant', 'cat', '/etc/slowpkg.conf')).toBe('ours')
    expect(await planned()).toEqual([])
  })

  it('empties the database of dpkg: the copy of it is taken', async () => {
    await shell('cd /var/lib/dpkg && cp status status-old && : >status')
    expect(await planned()).toEqual(
      expect.arrayContaining(differs('database', 'no package', 'the copy that dpkg has of it')),
    )
    await cluster.apply()
    expect(await cluster.text('ant', 'dpkg-query', '-Wf', '${db:Status-Status}', 'slowpkg')).toBe('installed')
    expect(await planned()).toEqual([])
  })

  it.each([
    ['unpacked', 'install reinstreq half-installed'],
    ['removed', 'deinstall ok half-configured'],
  ])('leaves a package half %s: what is wanted comes anew', async (_, status) => {
    const script = `s/^Status: .*/Status: ${status}/`
    await shell(`sed -i '/^Package: slowpkg$/,/^$/${script}' /var/lib/dpkg/status`)
    await isFinished()
  })

  it('is no such run while somebody is at it, who is waited for and named', async () => {
    await shell('rm -f /srv/state/go /srv/state/begun')
    const other = cluster.output('ant', 'apt-get', '-q', '-y', 'install', 'slowpkg2')
    await shell('until test -e /srv/state/begun; do sleep 0.2; done')
    expect(await planned()).toEqual([])
    cluster.edit((text) => text.replace('install: [slowpkg]', 'install: [slowpkg, tiny]'))
    const run = new ApplyUnderWay(cluster.argv('--json', 'apply', '--yes'))
    await run.said((event) => event.type === 'phase-started' && event.phase === 'converge')
    await shell('touch /srv/state/go')
    await other
    const texts = (await run.ended).flatMap((event) => (event.type === 'warning' ? [event.text] : []))
    expect(texts).toContainEqual(
      expect.stringMatching(/is locked by process \d+ \(apt-get -q -y install slowpkg2\)/),
    )
    expect(await cluster.text('ant', 'dpkg-query', '-Wf', '${db:Status-Status}', 'tiny')).toBe('installed')
    expect(await planned()).toEqual([])
  })

  it('is not begun where there is no room for it', async () => {
    await shell('mount -t tmpfs -o size=1m none /var/cache/apt/archives')
    cluster.edit((text) => text.replace('slowpkg, tiny]', 'slowpkg, tiny, slowpkg2]'))
    await shell('apt-get -q -y purge slowpkg2')
    const events = await cluster.events('apply', '--yes')
    expect(JSON.stringify(events)).toMatch(
      /the disk is full, so no package was touched: \/var\/cache\/apt\/archives has/,
    )
    await shell('umount /var/cache/apt/archives')
    await cluster.apply()
    expect(await planned()).toEqual([])
  })

  it('is not made of one run for each package where several leave together', async () => {
    const log = () => shell('grep -c ^Start-Date: /var/log/apt/history.log')
    const before = Number(await log())
    cluster.edit((text) => text.replace(/ {2}packages: .*\n/, ''))
    await cluster.apply()
    const left = await shell("dpkg-query -Wf '${Package} ' 'slowpkg*' tiny 2>/dev/null || true")
    expect([left, Number(await log()) - before]).toEqual(['', 1])
    expect(await planned()).toEqual([])
  })
})
