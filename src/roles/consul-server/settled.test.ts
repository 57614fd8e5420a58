import { describe, expect, it } from 'vitest'
import { readClusterFile } from '../../cluster-file/read.ts'
import { roleSchemas } from '../../api/open.ts'
import { EMPTY_LOCK, lockText, parseLock } from '../../cluster-lock/cluster-lock.ts'
import { resolve } from '../../resolve/resolve.ts'
import { roles } from '../registry.generated.ts'

/** What is said of a cluster file, with what the last complete apply of another one left in the cluster lock. */
function resolved(text: string, settled: Readonly<Record<string, string>> = {}) {
  const { file, positions, diagnostics } = readClusterFile(
    { path: 'cluster.yaml', text },
    { roles: roleSchemas() },
  )
  if (!file) throw new Error(JSON.stringify(diagnostics))
  return resolve({ file, positions, roles, authorizedKeys: [], lock: { ...EMPTY_LOCK, settled } })
}

const file = (cluster: string, domain: string, more = '') => `cluster: ${cluster}
domain: ${domain}
nodes: { a: { address: 192.0.2.1, model: pi4, memory: 4GiB } }
roles:
  consul-server: { on: a${more} }
`
const BEFORE = resolved(file('office', 'office.example.net')).settled

describe('a datacenter that has been applied', () => {
  it.each([
    [
      'its name',
      file('office', 'office.example.net', ', datacenter: home'),
      5,
      'the datacenter of Consul is office on the nodes and cannot become home',
      'write  datacenter: office  under consul-server',
    ],
    [
      'the name of the cluster that it is called after',
      file('home', 'office.example.net'),
      5,
      'the datacenter of Consul is office',
      'write  datacenter: office',
    ],
    [
      'its domain',
      file('office', 'home.example.net'),
      2,
      'the domain of Consul is office.example.net',
      'write  domain: office.example.net',
    ],
    [
      'its folder',
      file('office', 'office.example.net', ', data_dir: /srv/consul'),
      5,
      "the folder of Consul's state is /var/lib/consul",
      'write  data_dir: /var/lib/consul',
    ],
  ])('refuses another value of %s: SETTLED_VALUE_CHANGED', (_, text, line, summary, fix) => {
    const found = resolved(text, BEFORE).diagnostics.filter(({ severity }) => severity === 'error')
    expect(found).toMatchObject([{ code: 'SETTLED_VALUE_CHANGED', where: { line } }])
    expect(found[0]?.summary).toContain(summary)
    expect(found[0]?.fix).toContain(fix)
    expect(found[0]?.fix).toContain('to begin anew')
  })

  describe('whose agents talk over one network', () => {
    const on = (network: string, more = '') =>
      file('office', 'office.example.net', network).replace(
        'roles:\n',
        `roles:\n  wireguard: { on: a${more} }\n`,
      )
    const [own, mesh] = [on(''), on(', network: wireguard')]
    const elsewhere = on(', network: wireguard', ', network: 10.71.0.0/24')

    it.each([
      [
        'from the addresses of the nodes to a mesh',
        own,
        mesh,
        "is the nodes' own on the nodes and cannot become wireguard (10.70.0.0/24)",
        'take  network  out of consul-server',
      ],
      [
        'from a mesh to the addresses of the nodes',
        mesh,
        own,
        "is wireguard (10.70.0.0/24) on the nodes and cannot become the nodes' own",
        'write  network: wireguard  under consul-server and  network: 10.70.0.0/24  under wireguard',
      ],
      [
        'to other addresses of the mesh',
        mesh,
        elsewhere,
        'is wireguard (10.70.0.0/24) on the nodes and cannot become wireguard (10.71.0.0/24)',
        'network: 10.70.0.0/24  under wireguard',
      ],
    ])('refuses to move them %s while they run', (_, before, after, summary, fix) => {
      const found = resolved(after, resolved(before).settled).diagnostics
      const refused = found.filter(({ severity }) => severity === 'error')
      expect(refused).toMatchObject([{ code: 'SETTLED_VALUE_CHANGED' }])
      expect(refused[0]?.summary).toContain(`the network of Consul's agents ${summary}`)
      expect(refused[0]?.fix).toContain(fix)
      expect(refused[0]?.fix).toContain('consul kv export')
    })

    it('says only once that there is no such network', () => {
      const { diagnostics } = resolved(on(', network: wireguad'), resolved(own).settled)
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map(({ code }) => code)).toEqual(['NETWORK_UNKNOWN'])
    })
  })

  it('says nothing of a cluster that is as it was, or was never applied', () => {
    for (const settled of [BEFORE, {}]) {
      const { diagnostics } = resolved(file('office', 'office.example.net'), settled)
      expect(diagnostics.map(({ code }) => code)).toEqual(['CONSUL_SERVERS_SINGLE'])
    }
  })

  it('lets the cluster be called otherwise when the datacenter keeps its name', () => {
    const { diagnostics } = resolved(file('home', 'office.example.net', ', datacenter: office'), BEFORE)
    expect(diagnostics.map(({ code }) => code)).toEqual(['CONSUL_SERVERS_SINGLE'])
  })

  it('is kept in the cluster lock', () => {
    const lock = { ...EMPTY_LOCK, settled: { ...BEFORE } }
    expect(parseLock(lockText(lock))).toEqual(lock)
  })
})
