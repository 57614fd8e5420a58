/** The role `wifi`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import { radioState } from './gate.ts'
import { keyOf, profilePath, profileText } from './profile.ts'
import wifi from './wifi.ts'

const home = { ssid: 'home', password: 'only the house knows', hidden: false, priority: 5 }

describeRole({
  role: wifi as unknown as Role<never>,
  required: { country: 'PT' },
  samples: {
    'two networks': {
      country: 'DE',
      networks: {
        home: { password: 'only the house knows', priority: 5 },
        'old & gone': { password: 'a'.repeat(64), hidden: true },
      },
    },
  },
})

describe('the key of a network', () => {
  it('is the one of the test vectors of IEEE 802.11i', () => {
    expect(keyOf('password', 'IEEE')).toBe('f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e')
    expect(keyOf('ThisIsAPassword', 'ThisIsASSID')).toBe(
      '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af',
    )
  })

  it('stays as it is where it is one already', () => {
    expect(keyOf('AB'.repeat(32), 'home')).toBe('ab'.repeat(32))
  })

  it('is on the node in place of the password', () => {
    const text = profileText(home)
    expect(text).not.toContain(home.password)
    expect(text).toContain(`psk=${keyOf(home.password, 'home')}\n`)
    expect(text).toContain('powersave=2\n')
  })
})

it('keeps each network in a file of its own, so that a new one does not take the place of the one that works', () => {
  expect(profilePath({ ssid: 'home' })).not.toBe(profilePath({ ssid: 'attic' }))
  expect(profilePath(home)).toMatch(
    /^\/etc\/NetworkManager\/system-connections\/bramble-[0-9a-f]{8}\.nmconnection$/,
  )
})

it('asks whether the radio is on a network, and is content where there is none', () => {
  expect(radioState('ethernet:connected:wired\nwifi:connected:bramble-1234\n')).toEqual({
    passed: true,
    detail: 'on bramble-1234',
  })
  expect(radioState('wifi:disconnected:\n')).toMatchObject({ passed: false })
  expect(radioState('ethernet:unmanaged:\n')).toMatchObject({ passed: true })
})
