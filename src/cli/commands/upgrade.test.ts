import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, type CommandOptions } from '../../../test/cli/command-run.ts'
import type { UpgradeOffer, UpgradeRequest } from '../../api/index.ts'
import type { ClusterApi } from '../cluster-api.ts'

const OFFER: UpgradeOffer = {
  engine: 'consul',
  now: '1.19.2',
  to: '1.20.1',
  sums: [
    { architecture: 'arm64', to: 'a'.repeat(64) },
    { architecture: 'arm', to: 'b'.repeat(64) },
  ],
}

/** An upgrade that notes what was asked of it and whether it was carried out. */
function recordedUpgrade(offers: readonly UpgradeOffer[]) {
  const told: (UpgradeRequest | 'carried out')[] = []
  const recorded: ClusterApi['upgrade'] = (_cluster, request) => {
    told.push(request ?? {})
    return Promise.resolve({
      offers,
      notices: [],
      unchanged: offers.length === 0 ? [{ engine: 'consul', version: '1.19.2' }] : [],
      carryOut: () => {
        told.push('carried out')
        return Promise.resolve()
      },
    })
  }
  return { upgrade: recorded, told }
}

async function upgrade(words: readonly string[], offers = [OFFER], options: CommandOptions = {}) {
  const api = recordedUpgrade(offers)
  const end = await bramble(['upgrade', ...words], { folder: officeFolder(), api, ...options })
  return { ...end, told: api.told }
}

const TABLE = `ENGINE  NOW     TO      SYSTEM  SHA-256 OF THE ARCHIVE
consul  1.19.2  1.20.1  arm64   ${'a'.repeat(64)}
                        arm     ${'b'.repeat(64)}
`

describe('upgrade', () => {
  it('without a terminal shows what it would pin, pins nothing, and says what to type', async () => {
    const { code, out, err, told } = await upgrade(['consul@1.20.1'])
    expect([code, out, told]).toEqual([1, TABLE, [{ engine: 'consul', version: '1.20.1' }]])
    expect(err).toContain('error CONFIRMATION_MISSING')
    expect(err).toContain('run the same command again with --yes')
  })

  it('pins with --yes, and says that no node was changed', async () => {
    const { code, out, told } = await upgrade(['consul', '--yes'])
    expect(told).toEqual([{ engine: 'consul', version: undefined }, 'carried out'])
    expect([code, out]).toEqual([
      0,
      `${TABLE}Pinned. No node was changed; bramble plan shows what would change there.\n`,
    ])
  })

  it('tells what to type for the twin in the lab', async () => {
    expect((await upgrade(['--lab', '--yes'])).out).toContain('bramble --lab plan')
  })

  it('asks at a terminal, and takes only yes for a yes', async () => {
    const no = await upgrade([], [OFFER], { typed: '\r' })
    expect([no.code, no.told]).toEqual([1, [{}]])
    expect(no.out).toMatch(/Nothing was changed\.\n$/)
    expect((await upgrade([], [OFFER], { typed: 'y\r' })).told).toEqual([{}, 'carried out'])
  })

  it('is a success when there is nothing to do, also without a terminal', async () => {
    const { code, out, told } = await upgrade([], [])
    expect([code, out, told]).toEqual([0, 'consul stays at 1.19.2: nothing to upgrade.\n', [{}]])
  })

  it('shows which checksum goes when the same version is pinned anew', async () => {
    const again = { ...OFFER, to: '1.19.2', sums: [{ architecture: 'arm64', now: '1', to: '2' }] }
    expect((await upgrade(['consul@1.19.2'], [again])).out).toContain('arm64   2 instead of 1')
  })

  it('writes what was pinned for programs', async () => {
    const { out } = await upgrade(['--json', '--yes'])
    expect(JSON.parse(out)).toEqual({ pinned: [OFFER] })
  })

  it.each(['consul@1.20', 'consul@', 'Consul', 'consul 1.20.1'])('%s is bad usage', async (word) => {
    const { code, err } = await upgrade([word])
    expect(code).toBe(64)
    expect(err).toContain('type one such as consul@X.Y.Z')
  })
})

it('takes settings before and after the verb', async () => {
  const { code, err } = await bramble(
    ['--set', 'nodes.hammond.model=pi5', 'check', '--set', 'nodes.oneil.modle=pi5'],
    { folder: officeFolder() },
  )
  expect(code).toBe(1)
  expect(err).toContain('--set nodes.oneil.modle=pi5')
  expect(err).toContain('did you mean model?')
})
