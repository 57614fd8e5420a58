import { describe, expect, it } from 'vitest'
import { clusterFixture } from '../../test/contract/cluster-fixture.ts'
import { contentOf } from '../resources/kind.ts'
import { templateFindings } from './template-file.ts'
import { parseTemplate } from './template.ts'

const cluster = clusterFixture({
  nodes: [
    { name: 'hammond', labels: { room: 'office' }, roles: ['base', 'files'] },
    { name: 'oneil', model: 'pi5', roles: ['files'] },
  ],
})
const [hammond, oneil] = cluster.nodes as [(typeof cluster.nodes)[0], (typeof cluster.nodes)[0]]

function fill(text: string, node = hammond): string {
  const template = parseTemplate(text)
  const { text: result, problems } = template.fill(node, cluster)
  expect([...template.problems, ...problems]).toEqual([])
  return result
}

describe('a template', () => {
  it('names its node, its labels and the cluster', () => {
    const text =
      '@{node.name} @{ node.fqdn } @{node.address} @{node.model} @{node.labels.room} @{cluster.name}\n'
    expect(fill(text)).toBe('hammond hammond.office.example.net 192.0.2.1 pi4 office office\n')
    expect(fill('@{node.labels.room or "no room"}', oneil)).toBe('no room')
    expect(fill('@{node.labels.room or ""}|', oneil)).toBe('|')
  })

  it('leaves alone what other programs mean by their signs', () => {
    const text = '$HOME ${x} {{ GetInterfaceIP "wg0" }} %i {% if %} <%= x %> pi@example.net @node@ \\ \r\n'
    expect(fill(text)).toBe(text)
    expect(fill('@@{node.name} @@ @{node.name}')).toBe('@{node.name} @@ hammond')
    // What a value holds is not looked at again.
    const odd = clusterFixture({ nodes: [{ labels: { a: '@{node.name}$&' }, roles: [] }] })
    expect(parseTemplate('@{node.labels.a}').fill(odd.nodes[0] as never, odd).text).toBe('@{node.name}$&')
  })

  it('repeats a part for all nodes, or for those of a role', () => {
    const text = 'a\n@{each other in all}\nserver @{other.name} @{node.name}\n  @{end}\nb\n'
    expect(fill(text)).toBe('a\nserver hammond hammond\nserver oneil hammond\nb\n')
    expect(fill('[@{each one in base}@{one.address},@{end}]')).toBe('[192.0.2.1,]')
    const nested = '@{each one in all}\n@{each two in all}\n@{one.name}-@{two.name}\n@{end}\n@{end}\n'
    expect(fill(nested).split('\n')).toHaveLength(5)
  })

  const wrong = (text: string) =>
    templateFindings('motd', { nodes: cluster.nodes, cluster, file: () => contentOf(text) }).map(
      ({ diagnostic: { code, summary, fix }, place: { line, column } }) => [
        code,
        `${line}:${column}`,
        summary,
        fix,
      ],
    )

  it.each([
    ['a\n b @{nodes.name}', '2:4', '@{nodes.name} stands for nothing', 'did you mean node.name?'],
    ['@{node.nme}', '1:1', '@{node.nme} stands for nothing', 'did you mean node.name?'],
    ['@{name}', '1:1', '@{name} stands for nothing', 'write @{node.name}'],
    ['@{}', '1:1', '@{} stands for nothing', 'begin with node. or cluster.'],
    ['@{node.labels}', '1:1', '@{node.labels} stands for nothing', 'did you mean node.labels.NAME?'],
    ['@{node.name', '1:1', '@{ without a } on its line', /^write } behind it/],
    ['@{end}', '1:1', '@{end} without an @{each …} before it', 'take it out'],
    ['x\n@{each other in all}\n', '2:1', '@{each other …} has no end', /@\{end\}/],
    ['@{each other of all}x@{end}', '1:1', '@{each other of all} is no loop', /@\{each other in all\}/],
    ['@{each node in all}x@{end}', '1:1', '@{each node in all} is no loop', /@\{each other in all\}/],
    ['@{each other in dns}x@{end}', '1:1', 'no node has the role dns', /name of a role/],
    ['@{node.labels.room}', '1:1', 'oneil has no label room', /give oneil the label room, or write/],
    ['@{node.labels.constructor}', '1:1', 'hammond has no label constructor', /label/],
  ])('says where %j is wrong (TEMPLATE_WRONG)', (text, place, summary, fix) => {
    expect(wrong(text)).toEqual([
      ['TEMPLATE_WRONG', place, summary, typeof fix === 'string' ? fix : expect.stringMatching(fix)],
    ])
  })

  it('tells every mistake once, and has to be text', () => {
    expect(wrong('@{node.a}\n@{node.b}\n')).toHaveLength(2)
    const file = () => contentOf(Buffer.from([0xff, 0xfe]))
    const [finding] = templateFindings('motd', { nodes: cluster.nodes, cluster, file })
    expect(finding?.diagnostic.summary).toBe('the template is not UTF-8 text')
  })
})
