import { describe, expect, it } from 'vitest'
import { access, authorities, nomad, type Answer } from '../../../test/engines/nomad-answers.ts'
import { NOTHING_OWNED } from '../steps/owned.ts'
import { isStep } from '../steps/step.ts'
import { withApi } from './api.ts'
import { nomadDrain } from './drain.ts'
import { nodesShelf } from './nodes-shelf.ts'

interface Made {
  readonly name: string
  readonly id: string
  readonly status?: string
  readonly drained?: 'by us' | 'by us, then closed by hand' | 'by hand'
}

const node = ({ name, id, status = 'ready', drained }: Made) => ({
  ID: `${id}-0000`,
  Name: name,
  Status: status,
  Drain: false,
  SchedulingEligibility: drained === undefined ? 'eligible' : 'ineligible',
  LastDrain: drained?.startsWith('by us')
    ? { Status: 'complete', Meta: { bramble_drained: 'restart' } }
    : null,
})

const EVENTS = {
  drain: { Subsystem: 'Drain', Message: 'Node drain complete' },
  closed: { Subsystem: 'Cluster', Message: 'Node marked as ineligible for scheduling' },
  other: { Subsystem: 'Cluster', Message: 'Node heartbeat missed' },
}

/** The servers of a region with these nodes; who is purged is gone. */
function region(made: readonly Made[]): Answer {
  const nodes = new Map(made.map((one) => [node(one).ID, one]))
  return (method, path) => {
    if (path === '/v1/nodes') return [200, [...nodes.values()].map(node)]
    const [, id = ''] = /^\/v1\/node\/([^/]+)/.exec(path) ?? []
    if (path.endsWith('/purge')) nodes.delete(id)
    if (method !== 'GET') return [200, { NodeModifyIndex: 20 }]
    if (path.startsWith('/v1/evaluations')) return [200, []]
    const isClosed = nodes.get(id)?.drained === 'by us, then closed by hand'
    return [200, { Events: [EVENTS.drain, ...(isClosed ? [EVENTS.closed] : []), EVENTS.other] }]
  }
}

/** What the shelf finds, and what it asks for when all of it is carried out. */
async function found(made: readonly Made[], clients: readonly string[]) {
  const link = await nomad(region(made))
  const to = { authorityPem: authorities.ours.certificatePem, port: 4646 }
  return withApi(link, 'ant', to, async (api) => {
    const shelf = nodesShelf({ nodes: ['ant', 'bee', 'cow', 'dog'], clients })
    const steps = (await shelf.steps(api, NOTHING_OWNED)).filter(isStep)
    const told = steps.map(({ difference }) => [difference.action, difference.address, difference.reason])
    for (const step of steps) await step.run(api)
    return {
      told,
      asked: link.asked.filter((one) => one.startsWith('PUT')),
      left: await shelf.steps(api, NOTHING_OWNED),
    }
  })
}

describe('the nodes that the servers count', () => {
  it('that are lost and still wanted stay: they may be merely cut off', async () => {
    const made = [
      { name: 'cow', id: 'aaaaaaaa', status: 'down' },
      { name: 'dog', id: 'bbbbbbbb', status: 'disconnected' },
    ]
    expect((await found(made, ['cow', 'dog'])).told).toEqual([])
  })

  it('are forgotten where they came back as another one, by its own name alone', async () => {
    const { told, asked, left } = await found(
      [
        { name: 'cow', id: 'aaaaaaaa', status: 'down' },
        { name: 'cow', id: 'bbbbbbbb' },
        { name: 'dog', id: 'cccccccc', status: 'down' },
      ],
      ['cow', 'dog'],
    )
    expect(told).toEqual([['remove', 'nomad-node:cow/aaaaaaaa', 'cow has come back as another node']])
    expect(asked).toEqual(['PUT /v1/node/aaaaaaaa-0000/purge'])
    expect(left).toEqual([])
  })

  it('are forgotten when they are to run work no more, and a stranger that runs is left alone', async () => {
    const { told } = await found(
      [
        { name: 'cow', id: 'aaaaaaaa', status: 'down' },
        { name: 'gone', id: 'bbbbbbbb', status: 'down' },
        { name: 'stranger', id: 'cccccccc' },
      ],
      ['dog'],
    )
    expect(told.map(([, address]) => address)).toEqual([
      'nomad-node:cow/aaaaaaaa',
      'nomad-node:gone/bbbbbbbb',
    ])
  })

  it('get their work back after a run that was cut off, and stay closed where a person closed them', async () => {
    const { told, asked } = await found(
      [
        { name: 'ant', id: 'aaaaaaaa', drained: 'by us' },
        { name: 'bee', id: 'bbbbbbbb', drained: 'by us, then closed by hand' },
        { name: 'cow', id: 'cccccccc', drained: 'by hand' },
      ],
      ['ant', 'bee', 'cow'],
    )
    expect(told).toEqual([
      ['update', 'nomad-node:ant/aaaaaaaa', 'a run that was cut off has moved its work off'],
    ])
    expect(asked).toEqual(['PUT /v1/node/aaaaaaaa-0000/drain'])
  })
})

describe('the drain of a node', () => {
  const drainOf = (name: string) =>
    nomadDrain({ servers: ['ant'], clients: ['cow', 'dog'], access: access() }, name)
  const WEB = { Name: 'web.web[0]', Namespace: 'default', JobID: 'web' }
  /** The servers of a region, whose node runs one allocation that ends after it was asked for so often. */
  function working(made: readonly Made[], asks: number): Answer {
    const nodes = region(made)
    let left = asks
    return (method, path, ...rest) => {
      if (!path.endsWith('/allocations')) return nodes(method, path, ...rest)
      return [200, [{ ...WEB, ClientStatus: left-- > 0 ? 'running' : 'complete' }]]
    }
  }
  const TWO = [
    { name: 'cow', id: 'aaaaaaaa' },
    { name: 'dog', id: 'bbbbbbbb' },
  ]

  it('waits until the work itself has ended, whatever the servers say of the drain', async () => {
    const link = await nomad(working(TWO, 2))
    await drainOf('cow').before(link, 'restart')
    expect(link.asked.filter((one) => !one.includes('evaluations'))).toEqual([
      'GET /v1/nodes',
      'PUT /v1/node/aaaaaaaa-0000/drain',
      ...Array.from({ length: 3 }, () => 'GET /v1/node/aaaaaaaa-0000/allocations'),
    ])
  })

  it.each([
    ['that no other node can take, at once', 21, [120e9, -1e9]],
    ['that was tried before it was drained, in its own time', 19, [120e9]],
  ])('ends work %s', async (_, tried, deadlines) => {
    const asked: number[] = []
    const nodes = working(TWO, 3)
    const link = await nomad((method, path, token, body) => {
      if (path.endsWith('/drain'))
        asked.push((JSON.parse(body) as { DrainSpec: { Deadline: number } }).DrainSpec.Deadline)
      if (path.startsWith('/v1/evaluations')) return [200, [{ ...WEB, ModifyIndex: tried }]]
      return nodes(method, path, token, body)
    })
    await drainOf('cow').before(link, 'restart')
    expect(asked).toEqual(deadlines)
  })

  it.each([
    ['no other node can take it', [{ name: 'cow', id: 'aaaaaaaa' }]],
    [
      'the others take none',
      [
        { name: 'cow', id: 'aaaaaaaa' },
        { name: 'dog', id: 'bbbbbbbb', drained: 'by hand' },
      ],
    ],
    [
      'a person has drained it',
      [
        { name: 'cow', id: 'aaaaaaaa', drained: 'by hand' },
        { name: 'dog', id: 'bbbbbbbb' },
      ],
    ],
  ] as const)('leaves the work where it is when %s', async (_, made) => {
    const link = await nomad(working(made, 0))
    await drainOf('cow').before(link, 'change')
    expect(link.asked.filter((one) => one.startsWith('PUT'))).toEqual([])
  })

  it('lets work come back only where it was Bramble that moved it off', async () => {
    const link = await nomad(
      region([
        { name: 'cow', id: 'aaaaaaaa', drained: 'by us' },
        { name: 'dog', id: 'bbbbbbbb', drained: 'by us, then closed by hand' },
      ]),
    )
    await drainOf('cow').after(link)
    await drainOf('dog').after(link)
    expect(link.asked.filter((one) => one.startsWith('PUT'))).toEqual(['PUT /v1/node/aaaaaaaa-0000/drain'])
  })
})
