import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { file } from '../resources/file/file.ts'
import { addressOf, type Resource } from '../resources/kind.ts'
import { OrderError, orderResources } from './order.ts'

const stages: Record<string, number> = { file: 50, early: 10, late: 90 }
const stage = (kind: string): number => stages[kind] ?? 50
const resource = (kind: string, name: string, more: Partial<Resource> = {}): Resource => ({
  kind,
  name,
  row: [],
  contents: [],
  needs: [],
  after: [],
  inputs: [],
  digest: `digest of ${name}`,
  trial: false,
  ...more,
})
const addresses = (resources: readonly Resource[]): string[] =>
  orderResources(resources, stage).map(({ address }) => address)

describe('the order of resources', () => {
  it('follows the stages of the kinds and then the order of declaration', () => {
    const given = [
      resource('late', 'a'),
      resource('file', 'b'),
      resource('early', 'c'),
      resource('file', 'a'),
    ]
    expect(addresses(given)).toEqual(['early:c', 'file:b', 'file:a', 'late:a'])
  })

  it('lets a need win over a stage', () => {
    const given = [resource('early', 'a', { needs: ['late:z'] }), resource('late', 'z')]
    expect(addresses(given)).toEqual(['late:z', 'early:a'])
  })

  it('puts a folder before its files when the node has the folder as a resource', () => {
    const inside = file({ path: '/etc/app/deep/a', content: '' })
    const given = [inside, resource('directory', '/etc/app')]
    expect(orderResources(given, () => 1).map(({ address }) => address)).toEqual([
      'directory:/etc/app',
      'file:/etc/app/deep/a',
    ])
  })

  it('refuses two resources of one address', () => {
    expect(() => orderResources([resource('file', 'a'), resource('file', 'a')], stage)).toThrow(OrderError)
  })

  it('refuses a need that the node does not have', () => {
    expect(() => orderResources([resource('file', 'a', { needs: ['file:b'] })], stage)).toThrow(
      /file:a needs file:b/,
    )
  })

  it('names the resources of a circle', () => {
    const given = [resource('file', 'a', { needs: ['file:b'] }), resource('file', 'b', { needs: ['file:a'] })]
    expect(() => orderResources(given, stage)).toThrow(/need each other: file:a, file:b/)
  })

  it('gives a service another input digest when one of its files is another one', () => {
    const service = resource('late', 's', { inputs: [['file:/a'], []] })
    const [, one] = orderResources([file({ path: '/a', content: '1' }), service], stage)
    const [, two] = orderResources([file({ path: '/a', content: '2' }), service], stage)
    expect(one?.inputDigests[0]).not.toBe(two?.inputDigests[0])
    expect(one?.inputDigests[1]).toBe(two?.inputDigests[1])
  })

  it('puts every need before what needs it, in any graph without circles', () => {
    const graph = fc.array(
      fc.record({
        kind: fc.constantFrom('early', 'file', 'late'),
        seeds: fc.array(fc.nat(), { maxLength: 4 }),
      }),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    fc.assert(
      fc.property(graph, (nodes) => {
        const given = nodes.map(({ kind, seeds }, index) =>
          resource(kind, String(index), {
            needs:
              index === 0
                ? []
                : [...new Set(seeds.map((seed) => seed % index))].map(
                    (to) => `${nodes[to]?.kind ?? ''}:${to}` as const,
                  ),
          }),
        )
        const ordered = orderResources(given, stage)
        const at = new Map(ordered.map(({ address }, index) => [address, index]))
        expect(ordered).toHaveLength(given.length)
        for (const item of given) {
          for (const need of item.needs) expect(at.get(need)).toBeLessThan(at.get(addressOf(item)) as number)
        }
      }),
    )
  })
})
