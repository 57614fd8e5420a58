/** The role `time`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import { chronyConf } from './chrony-conf.ts'
import { trackingOf } from './gate.ts'
import time from './time.ts'

describeRole({
  role: time as unknown as Role<never>,
  samples: {
    'everything said': {
      servers: ['192.168.1.1', 'ntp.example.net'],
      clients: '192.168.1.0/24',
      wait_seconds: 30,
    },
    'no waiting': { wait_seconds: 0 },
  },
})

describe('where the time comes from', () => {
  it('is asked for by address and by name, and of other nodes', () => {
    const text = chronyConf({
      servers: ['162.159.200.1', 'ntp.example.net'],
      nodes: ['192.0.2.2'],
      isKeeper: true,
      clients: ['192.0.2.2'],
    })
    expect(text.split('\n').filter((line) => /^(server|pool|local|allow|makestep)/.test(line))).toEqual([
      'server 162.159.200.1 iburst',
      'pool ntp.example.net iburst maxsources 2',
      'server 192.0.2.2 iburst',
      'local stratum 10 orphan',
      'allow 192.0.2.2',
      'makestep 5 -1',
    ])
  })
})

describe('how a clock stands', () => {
  const said = (id: string, stratum: number, leap: string) =>
    `Reference ID    : ${id}\nStratum         : ${stratum}\nRef time (UTC)  : Sun Nov 29 21:00:00 2026\nLeap status     : ${leap}\n`

  it.each([
    ['A29FC801 (162.159.200.1)', 4, 'Normal', true, 'follows 162.159.200.1, stratum 4'],
    ['7F7F0101 ()', 10, 'Normal', true, 'no source outside is reached: the nodes agree among themselves'],
    [
      'C0000202 (192.0.2.2)',
      11,
      'Normal',
      true,
      'no source outside is reached: the nodes agree among themselves',
    ],
    ['00000000 ()', 0, 'Not synchronised', false, 'it has no source of time yet'],
  ])('is read from %s, stratum %i, %s', (id, stratum, leap, isRight, detail) => {
    expect(trackingOf(said(id, stratum, leap))).toEqual({ isRight, detail })
  })

  it('is not known where chrony says nothing', () => {
    expect(trackingOf('506 Cannot talk to daemon\n')).toEqual({
      isRight: false,
      detail: 'chrony does not say how it stands',
    })
  })
})
