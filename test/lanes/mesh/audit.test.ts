/** What others' programs of audit say of a node that has the roles base and firewall: ssh-audit finds no fault, lynis warns of nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'

const FILE = `cluster: audit
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
roles:
  base: { on: all }
  firewall: { on: all }
  packages: { on: all, install: [lynis, ssh-audit] }
`

describe.skipIf(hasNoLab)('a node with the roles base and firewall', () => {
  const cluster = new ClusterUnderTest('audit', FILE)
  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
  })
  afterAll(() => cluster.remove())

  it('has an SSH server of which ssh-audit neither fails nor warns', async () => {
    // It ends with 3 for a failure and 2 for a warning (ssh-audit(1), EXIT STATUS).
    const { code, stdout } = await cluster.inside('ant', 'ssh-audit', '--json', '127.0.0.1')
    const audited = JSON.parse(stdout.toString()) as Record<'kex' | 'key' | 'enc' | 'mac', Algorithm[]>
    const algorithms = [...audited.kex, ...audited.key, ...audited.enc, ...audited.mac]
    expect(algorithms.length).toBeGreaterThan(10)
    const told = (how: 'fail' | 'warn') =>
      algorithms.flatMap(({ algorithm, notes }) => (notes[how] ?? []).map((why) => `${algorithm}: ${why}`))
    expect([told('fail'), told('warn'), code]).toEqual([[], [], 0])
  })

  it('gets no warning from lynis, which gives it an index', async () => {
    await cluster.output('ant', 'lynis', 'audit', 'system', '--quick', '--quiet')
    // lynis(8): /var/log/lynis-report.dat
    const report = (await cluster.output('ant', 'cat', '/var/log/lynis-report.dat')).split('\n')
    const values = (key: string) =>
      report.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
    const [index = ''] = values('hardening_index')
    console.log(`lynis: hardening index ${index}, ${values('suggestion[]').length} suggestions`)
    expect(values('warning[]')).toEqual([])
    expect(Number(index)).toBeGreaterThan(0)
  })
})

interface Algorithm {
  readonly algorithm: string
  readonly notes: Partial<Record<'fail' | 'warn' | 'info', readonly string[]>>
}
