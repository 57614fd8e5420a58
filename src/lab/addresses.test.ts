import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignAddresses, chooseNetwork, networksInRoutes } from './addresses.ts'

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/)

describe('addresses of a lab', () => {
  it('gives each of up to 240 nodes an address of its own, never the bridge or the broadcast address', () => {
    fc.assert(
      fc.property(fc.uniqueArray(label, { maxLength: 240 }), (names) => {
        const addresses = [...assignAddresses('10.213.7', names, {}).values()]
        const numbers = addresses.map((address) => Number(address.replace('10.213.7.', '')))
        expect(new Set(numbers).size).toBe(names.length)
        expect(numbers.every((number) => number >= 10 && number < 250)).toBe(true)
      }),
    )
  })

  it('gives the same addresses whatever the order of the nodes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(label, { maxLength: 60 }), (names) => {
        const there = assignAddresses('10.213.7', names, {})
        const back = assignAddresses('10.213.7', [...names].reverse(), {})
        for (const name of names) expect(back.get(name)).toBe(there.get(name))
      }),
    )
  })

  it('leaves a node its address when others come', () => {
    const one = Object.fromEntries(assignAddresses('10.213.7', ['b'], {}))
    const all = assignAddresses('10.213.7', ['a', 'b', 'c'], one)
    expect(all.get('b')).toBe(one['b'])
  })

  it('refuses more nodes than a network has addresses for', () => {
    const names = Array.from({ length: 241 }, (_, index) => `n${index}`)
    expect(() => assignAddresses('10.213.7', names, {})).toThrow(
      '240 nodes at most; the cluster file has 241',
    )
  })

  it('takes the next network when the lab’s own is taken', () => {
    const first = chooseNetwork('0a000000', [])
    expect(first).toBe('10.213.21')
    expect(chooseNetwork('0a000000', [first])).toBe('10.213.22')
  })

  it('sees who has a network already in the routes of the computer', () => {
    const routes =
      'default via 10.0.0.1 dev eth0\n10.213.9.0/24 dev vpn scope link\nlocal 10.213.12.1 dev x\n'
    expect(networksInRoutes(routes)).toEqual(['10.213.9', '10.213.12'])
  })
})
