/** The role `ingress`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { clusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { catalogReaders } from '../../engines/consul/token-users.ts'
import type { Role } from '../role.ts'
import ingress, { routedServices } from './ingress.ts'
import { routesText, staticText } from './settings.ts'

describeRole({
  role: ingress as unknown as Role<never>,
  required: {},
  samples: {
    'routes, a dashboard and metrics': {
      routes: {
        bell: { host: 'bell.example.net', to: 'http://ears:8080' },
        site: { host: ['a.example.net', 'b.example.net'], path: '/app', to: ['http://n1:80'], check: '/up' },
      },
      dashboard: true,
      metrics: 8082,
    },
    'certificates of a public authority': { acme: { email: 'ada@example.net' }, consul: false },
  },
})

const written = (more: object = {}) => ingress.options.parse(more)

describe('ingress', () => {
  it('asks the agent of its node with a token of its own, which Consul makes, and nobody asks where there is no agent', () => {
    const options = written()
    const cluster = clusterFixture({
      nodes: [
        { name: 'nas', roles: ['ingress', 'consul-client'] },
        { name: 'ant', roles: ['ingress'] },
      ],
      options: { ingress: options },
    })
    const provided = cluster.nodes.map((node) => ingress.provides?.({ options, node, cluster }) ?? [])
    expect(provided.map(([first]) => first?.catalogToken)).toEqual(['ingress/catalog/nas', undefined])
    expect(
      catalogReaders({
        provided: () => provided.flat().map((one) => ({ ...one, node: 'nas', role: 'ingress' })),
      }),
    ).toEqual(['ingress/catalog/nas'])
  })

  it('has no certificate of the cluster where a public authority gives one for each name', () => {
    const wished = (more: object) => {
      const options = written({ consul: false, ...more })
      const cluster = clusterFixture({
        nodes: [{ name: 'nas', roles: ['ingress'] }],
        options: { ingress: options },
      })
      return cluster.nodes.flatMap((node) => ingress.secrets?.({ options, node, cluster }) ?? [])
    }
    expect(wished({}).map(({ name }) => name)).toEqual(['ingress/ca', 'ingress/nas'])
    expect(wished({ acme: { email: 'ada@example.net' } })).toEqual([])
  })

  it('takes requests on the secure port alone, sends all others there, and shows itself on the loopback', () => {
    const settings = parse(staticText(written({ dashboard: true }), 'example.net', { token: 't' })) as {
      entryPoints: Record<string, { address: string; asDefault?: boolean }>
      providers: { consulCatalog: { exposedByDefault: boolean } }
    }
    expect(Object.entries(settings.entryPoints).map(([name, { address }]) => [name, address])).toEqual([
      ['web', ':80'],
      ['websecure', ':443'],
      ['traefik', '127.0.0.1:8081'],
    ])
    expect(settings.entryPoints['websecure']?.asDefault).toBe(true)
    expect(settings.providers.consulCatalog.exposedByDefault).toBe(false)
  })

  it('expects a route of its name for each service that says no more than that it wants one', () => {
    const service = (name: string, tags: string[]) => ({ name, tags, port: 80, meta: {}, checks: [] })
    const services = {
      ears: [service('bell', ['traefik.enable=true']), service('quiet', [])],
      eyes: [
        service('bell', ['traefik.enable=true']),
        service('own', ['traefik.enable=true', 'traefik.http.routers.x.rule=Host(`x`)']),
      ],
    }
    const nodes = Object.keys(services).map((name) => ({ name, roles: [] }))
    expect(routedServices(clusterFixture({ nodes, services }))).toEqual(['bell'])
  })

  it('binds a path to all names of a route', () => {
    const routes = { site: { host: ['a.net', 'b.net'], path: '/app', to: 'http://n1:80' } }
    const { http } = parse(routesText(written({ routes }))) as {
      http: { routers: { site: { rule: string } } }
    }
    expect(http.routers.site.rule).toBe('(Host(`a.net`) || Host(`b.net`)) && PathPrefix(`/app`)')
  })

  it.each([
    ['a name with a quote in it', { host: 'a`) || Host(`b', to: 'http://n1:80' }],
    ['a server with a path', { host: 'a.net', to: 'http://n1:80/x' }],
  ])('refuses %s', (_, route) => {
    expect(ingress.options.safeParse({ routes: { site: route } }).success).toBe(false)
  })
})
