import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { run } from '../../support/run.ts'
import { agentConfig, configText, keyringText, tokenText, validationConfig, type Settings } from './config.ts'
import { serviceDefinition } from './service-definition.ts'
import type { Agent, ConsulNode } from './setup.ts'
import { unknownSettings } from './unknown-settings.ts'

function node(name: string, address: string): ConsulNode {
  const board = {
    model: 'pi4',
    memoryBytes: 4 * 1024 ** 3,
    architecture: 'arm64',
    has: ['sense-hat'],
    labels: { room: 'office' },
  }
  return { name, fqdn: `${name}.office.example.net`, address, board }
}

const SERVERS = [node('hammond', '192.0.2.10'), node('oneil', '2001:db8::11'), node('carter', 'carter.lan')]
const EARS = node('ears', '192.0.2.20')

interface Changes {
  readonly version?: string
  readonly node?: ConsulNode
  readonly servers?: readonly ConsulNode[]
  readonly uiNodes?: readonly string[]
  readonly watched?: boolean
  readonly options?: Partial<Agent['options']>
}

function agent(role: Agent['role'], changes: Changes = {}): Agent {
  const { version = '1.19.2', servers = SERVERS, uiNodes = [], watched = false } = changes
  return {
    role,
    node: changes.node ?? (role === 'server' ? (SERVERS[0] as ConsulNode) : EARS),
    datacenter: {
      name: 'office',
      domain: 'office.example.net',
      version,
      dataFolder: '/var/lib/consul',
      servers,
      clients: [EARS],
      uiNodes,
      watched,
      wan: false,
      raftMultiplier: 3,
    },
    options: {
      interface: undefined,
      cidr: undefined,
      recursors: undefined,
      log_level: undefined,
      settings: {},
      ...changes.options,
    },
  }
}

describe.each(['1.8.7', '1.19.2'])('the configuration for %s', (version) => {
  it.each(['server', 'client'] as const)('of a %s is what is kept beside', async (role) => {
    const text = configText(agentConfig(agent(role, { version, uiNodes: ['hammond'] })))
    await expect(text).toMatchFileSnapshot(`cases/${role}-${version}.txt`)
  })
})

describe('the configuration of an agent', () => {
  it('never has the node itself among the servers to join', () => {
    for (const server of SERVERS) {
      const { retry_join } = agentConfig(agent('server', { node: server }))
      expect(retry_join).toHaveLength(2)
      expect(JSON.stringify(retry_join)).not.toContain(server.address)
    }
    expect(agentConfig(agent('client'))['retry_join']).toEqual(['192.0.2.10', '[2001:db8::11]', 'carter.lan'])
  })

  it('joins nobody when it is the only server', () => {
    const alone = agentConfig(agent('server', { servers: SERVERS.slice(0, 1) }))
    expect(alone).not.toHaveProperty('retry_join')
    expect(alone).toMatchObject({ bootstrap_expect: 1, autopilot: { cleanup_dead_servers: true } })
  })

  it.each([
    [{ interface: 'wgoverlay' }, '{{ GetInterfaceIP "wgoverlay" }}'],
    [{ cidr: '10.70.0.0/24' }, '{{ GetAllInterfaces | include "network" "10.70.0.0/24" | attr "address" }}'],
    [{}, '192.0.2.10'],
  ])('with %j talks on %s', (options, address) => {
    expect(agentConfig(agent('server', { options }))['bind_addr']).toBe(address)
  })

  it('looks for its address on the way out when the cluster file has a name only', () => {
    const carter = agent('server', { node: SERVERS[2] as ConsulNode })
    expect(agentConfig(carter)['bind_addr']).toContain('GetDefaultInterfaces')
    expect(validationConfig(carter)).toEqual({ bind_addr: '127.0.0.1', addresses: { https: '127.0.0.1' } })
  })

  it.each(['server', 'client'] as const)(
    'of a %s opens its API to the network only where somebody watches',
    (role) => {
      expect(agentConfig(agent(role))['addresses']).toBeUndefined()
      const address = role === 'server' ? '192.0.2.10' : '192.0.2.20'
      expect(agentConfig(agent(role, { watched: true }))['addresses']).toEqual({
        https: `127.0.0.1 ${address}`,
      })
    },
  )

  it('takes further settings last, key by key', () => {
    const settings = { ports: { https: 9501 }, dns_config: { node_ttl: '30s' }, recursors: ['192.0.2.53'] }
    const config = agentConfig(agent('client', { options: { settings } }))
    expect(config).toMatchObject({
      ports: { https: 9501, dns: 8600 },
      dns_config: { node_ttl: '30s', only_passing: true },
      recursors: ['192.0.2.53'],
    })
  })

  it('lets a label of the user stand in for what is known of the board', () => {
    const mine = { ...EARS, board: { ...EARS.board, labels: { model: 'mine' } } }
    expect(agentConfig(agent('client', { node: mine }))['node_meta']).toMatchObject({ model: 'mine' })
  })

  it('holds no secret', () => {
    const text = configText(agentConfig(agent('server')))
    expect(text).not.toMatch(/"(encrypt|tokens)"/)
  })
})

describe('the secrets of an agent', () => {
  it('are written as Consul itself writes them', () => {
    expect(keyringText(['a', 'b'])).toBe('[\n  "a",\n  "b"\n]')
    expect(tokenText('x')).toBe('{"agent":"x"}')
  })
})

describe('the definition of a service', () => {
  it('has its checks, places on the node itself written out', () => {
    const checks = [
      { http: ':8080/health', interval: '10s', timeout: '5s' },
      { tcp: ':22', interval: '10s', timeout: '5s' },
      { grpc: ':9090', interval: '10s', timeout: '5s' },
      { script: ['/usr/bin/test', '-e', '/dev/snd'], interval: '1m', timeout: '5s' },
      { http: 'https://example.net/', interval: '10s', timeout: '5s' },
    ]
    const service = { name: 'doorbell', port: 8080, tags: ['hall'], meta: { floor: '1' }, checks }
    expect(serviceDefinition(service, 'secret')).toEqual({
      service: {
        id: 'doorbell',
        name: 'doorbell',
        token: 'secret',
        port: 8080,
        tags: ['hall'],
        meta: { floor: '1' },
        checks: [
          expect.objectContaining({ id: 'service:doorbell', http: 'http://127.0.0.1:8080/health' }),
          expect.objectContaining({ id: 'service:doorbell:2', tcp: '127.0.0.1:22', interval: '10s' }),
          expect.objectContaining({ id: 'service:doorbell:3', grpc: '127.0.0.1:9090' }),
          expect.objectContaining({ args: ['/usr/bin/test', '-e', '/dev/snd'], interval: '1m' }),
          expect.objectContaining({ http: 'https://example.net/' }),
        ],
      },
    })
  })
})

await describeEachConsul(30, (binary) => {
  const validate = async (...files: Settings[]): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'bramble-validate-'))
    try {
      const paths = files.map((settings, index) => {
        // As on a node: the new file has no ending yet.
        const path = join(folder, `.new-${index}`)
        writeFileSync(path, configText(settings))
        return path
      })
      const { code, stdout, stderr } = await run(binary.path, ['validate', '-config-format=json', ...paths])
      return code === 0 ? 'valid' : stdout.toString() + stderr
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const { version } = binary

  it.each(['server', 'client'] as const)('accepts the configuration of a %s', async (role) => {
    const made = agent(role, { version, uiNodes: ['hammond'], options: { recursors: ['192.0.2.53'] } })
    expect(await validate(agentConfig(made))).toBe('valid')
  })

  it('accepts one for an interface that is not there yet, and refuses it without the help of ours', async () => {
    const made = agent('server', { version, uiNodes: ['hammond'], options: { interface: 'wgoverlay' } })
    expect(await validate(agentConfig(made))).not.toBe('valid')
    expect(await validate(agentConfig(made), validationConfig(made) ?? {})).toBe('valid')
  })

  it('refuses the keys that check tells, and no key that we write is one of them', async () => {
    const made = agentConfig(agent('server', { version, uiNodes: ['hammond'] }))
    expect(unknownSettings(made)).toEqual([])
    const wrong = { log_levle: 'debug', telemetry: { prometheus: '1h' }, Leave_On_Terminat: true }
    expect(unknownSettings(wrong).map(({ setting }) => setting)).toEqual([
      'log_levle',
      'telemetry.prometheus',
      'Leave_On_Terminat',
    ])
    const said = await validate(made, wrong)
    for (const key of ['log_levle', 'telemetry.prometheus', 'Leave_On_Terminat']) {
      expect(said).toContain(`invalid config key ${key}`)
    }
  })

  it('accepts a service beside it, and refuses a faulty one', async () => {
    const checks = [{ tcp: ':22', interval: '10s', timeout: '5s' }]
    const service = { name: 'ssh', port: 22, tags: [], meta: {}, checks }
    const main = agentConfig(agent('client', { version }))
    expect(await validate(main, serviceDefinition(service, 'secret'))).toBe('valid')
    expect(await validate(main, { service: { nonsense: true } })).toContain('nonsense')
  })
})
