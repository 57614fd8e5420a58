import pico from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from './diagnostic.ts'
import { renderHuman, renderJson, renderPlain } from './render.ts'

const SOURCE = 'nodes:\n  hammond: { address: 192.0.2.10 }\n  oneil: { address: 192.0.2.10 }\r\n'

const clash: Diagnostic = {
  code: 'DUPLICATE_ADDRESS',
  severity: 'error',
  summary: 'oneil and hammond both have the address 192.0.2.10',
  where: { file: 'cluster.yaml', line: 3, column: 21, length: 10 },
  also: [{ place: { file: 'cluster.yaml', line: 2, column: 23, length: 10 }, note: 'hammond' }],
  why: 'one board would get both',
  fix: 'correct one of them\nor take it out',
}
const onNode: Diagnostic = {
  code: 'SERVICE_FAILED',
  severity: 'warning',
  summary: 'consul.service does not stay up',
  where: {
    node: 'oneil',
    address: 'oneil/service:consul',
    cause: { file: 'cluster.yaml', line: 3, column: 3, length: 5 },
  },
  why: 'the node is no member',
  fix: 'bramble ssh oneil',
  output: ['bind: address in use', '\u001b[2Jwiped'],
}

describe('renderHuman', () => {
  it('shows the fact, the place with its line, the reason, the remedy and the other place', () => {
    expect(renderHuman([clash], { source: () => SOURCE })).toBe(`\
error DUPLICATE_ADDRESS: oneil and hammond both have the address 192.0.2.10
  cluster.yaml:3:21
  3 |   oneil: { address: 192.0.2.10 }
    |                     ^^^^^^^^^^
  why  one board would get both
  fix  correct one of them
       or take it out
  also cluster.yaml:2:23 (hammond)
`)
  })

  it('shows the resource, its line in the cluster file and the last output of a mistake on a node', () => {
    expect(renderHuman([onNode], { source: () => SOURCE })).toBe(`\
warning SERVICE_FAILED: consul.service does not stay up
  oneil/service:consul (cluster.yaml:3:3)
  3 |   oneil: { address: 192.0.2.10 }
    |   ^^^^^
  | bind: address in use
  | ␛[2Jwiped
  why  the node is no member
  fix  bramble ssh oneil
`)
  })

  it('leaves the line out when the file cannot be read', () => {
    expect(renderHuman([clash])).not.toContain('|')
  })

  it('says the same with colours, only coloured', () => {
    const coloured = renderHuman([clash, onNode], { source: () => SOURCE, palette: pico.createColors(true) })
    expect(coloured).toContain('\u001b[31merror')
    // oxlint-disable-next-line no-control-regex -- takes the colours out again
    const bare = coloured.replaceAll(/\u001b\[\d+m/g, '')
    expect(bare).toBe(renderHuman([clash, onNode], { source: () => SOURCE }))
  })

  it('says nothing when there is nothing to say', () => {
    expect(renderHuman([])).toBe('')
  })
})

describe('renderPlain', () => {
  it('puts each diagnostic on one line that starts with its place', () => {
    expect(renderPlain([clash, onNode])).toBe(
      'cluster.yaml:3:21: error DUPLICATE_ADDRESS: oneil and hammond both have the address 192.0.2.10; one board would get both; ' +
        'fix: correct one of them or take it out; also cluster.yaml:2:23 (hammond)\n' +
        'oneil/service:consul (cluster.yaml:3:3): warning SERVICE_FAILED: consul.service does not stay up; the node is no member; ' +
        'fix: bramble ssh oneil\n',
    )
  })
})

describe('renderJson', () => {
  it('gives every field back, one object a line', () => {
    const lines = renderJson([clash, onNode]).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { type: 'diagnostic', ...clash },
      { type: 'diagnostic', ...onNode },
    ])
  })
})
