import { describe, expect, it } from 'vitest'
import { holesIn, isUnknownNewer } from '../../releases/engine-lines.ts'
import { stepsTo, upgradeStep } from '../../releases/upgrade-path.ts'
import { CONSUL_LINES } from './lines.ts'
import { dialectOf } from './version.ts'

describe('a version of Consul', () => {
  it('changes how it is told things, one key at a time', () => {
    const versions = [
      '1.8.7',
      '1.9.0',
      '1.11.11',
      '1.12.0',
      '1.13.0',
      '1.14.0',
      '1.15.0',
      '1.22.7',
      '2.1.0',
      '3.0.0',
    ]
    const spoken = versions.map((version) =>
      Object.entries(dialectOf(version))
        .filter(([, isSpoken]) => isSpoken)
        .map(([key]) => key)
        .join(' '),
    )
    const newest = 'uiBlock tlsBlock grpcTlsPort peering agentDeregisters'
    expect(spoken).toEqual([
      '',
      'uiBlock',
      'uiBlock',
      'uiBlock tlsBlock',
      'uiBlock tlsBlock peering',
      'uiBlock tlsBlock grpcTlsPort peering',
      ...Array.from({ length: 4 }, () => newest),
    ])
  })

  it.each([
    ['1.8.7', true],
    ['1.8.14', true],
    ['1.8.15', false],
    ['1.9.8', true],
    ['1.9.9', false],
    ['1.10.1', true],
    ['1.10.2', false],
    ['1.11.0', false],
    ['2.1.0', false],
  ])('%s lets any member write to the raft log: %s', (version, has) => {
    const grave = holesIn(CONSUL_LINES, version).filter(({ breaksPromise }) => breaksPromise)
    expect(grave.map(({ id }) => id)).toEqual(has ? ['CVE-2021-37219'] : [])
  })

  it('has every weakness with the place where its maker tells of it', () => {
    const sources = [...CONSUL_LINES.holes, ...CONSUL_LINES.withdrawn, ...CONSUL_LINES.path.stops].map(
      ({ source }) => source,
    )
    expect(sources.filter((source) => !source.startsWith('https://'))).toEqual([])
  })

  it.each([
    ['1.22.7', false],
    ['1.23.0', false],
    ['2.1.9', false],
    ['2.2.0', true],
    ['3.0.0', true],
  ])('%s is of a line newer than all that are known: %s', (version, is) => {
    expect(isUnknownNewer(CONSUL_LINES, version)).toBe(is)
  })
})

const INSTRUCTIONS = 'https://developer.hashicorp.com/consul/docs/upgrade/instructions'

describe('an upgrade of Consul', () => {
  it.each([
    ['1.8.7', '1.8.7+dfsg1-2', { kind: 'same' }],
    ['1.8.7', '1.8.19', { kind: 'supported' }],
    ['1.8.7', '1.10.12', { kind: 'supported' }],
    ['1.19.2', '1.21.0', { kind: 'supported' }],
    ['1.20.6', '1.22.7', { kind: 'supported' }],
    ['1.22.0', '2.0.0', { kind: 'supported' }],
    ['1.22.0', '2.1.0', { kind: 'supported' }],
    ['2.1.0', '2.1.4', { kind: 'supported' }],
    ['1.21.7', '2.0.1', { kind: 'supported' }],
    ['1.19.2', '1.19.1', { kind: 'downgrade' }],
    ['1.19.2', '1.8.7', { kind: 'downgrade' }],
    ['2.1.0', '2.2.0', { kind: 'unknown', line: '2.2' }],
    ['2.2.0', '2.2.1', { kind: 'supported' }],
  ])('from %s to %s is told by what HashiCorp supports', (from, to, step) => {
    expect(upgradeStep(CONSUL_LINES, from, to)).toEqual(step)
  })

  it.each([
    ['1.8.7', '1.11.0', ['1.10', '1.11']],
    ['1.8.7', '1.19.2', ['1.10', '1.12', '1.14', '1.16', '1.18', '1.19']],
    ['1.19.2', '2.1.0', ['1.21', '1.21.7 or 1.22', '2.0', '2.1']],
    ['1.20.6', '2.0.3', ['1.22', '2.0']],
    ['1.7.4', '1.9.0', ['1.8', '1.9']],
  ])('from %s to %s goes through %j', (from, to, through) => {
    expect(upgradeStep(CONSUL_LINES, from, to)).toMatchObject({ kind: 'too-far', through })
    expect(stepsTo(CONSUL_LINES, from, to.replace(/\.\d+$/, ''))).toEqual(through)
  })

  it('from 1.21 to 2.0 has a page of its own, which asks for 1.21.7', () => {
    expect(upgradeStep(CONSUL_LINES, '1.21.5', '2.0.3')).toEqual({
      kind: 'too-far',
      through: ['1.21.7 or 1.22', '2.0'],
      source: `${INSTRUCTIONS}/upgrade-to-2-0-x`,
    })
    expect(upgradeStep(CONSUL_LINES, '1.19.2', '2.0.0')).toMatchObject({
      through: ['1.21', '1.21.7 or 1.22', '2.0'],
    })
  })
})
