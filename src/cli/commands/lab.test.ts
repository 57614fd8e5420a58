import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../../test/cli/command-run.ts'
import type { ClusterApi } from '../cluster-api.ts'

const NODES = [
  { name: 'hammond', address: '10.213.0.2', running: true, cut: false, memoryLimitBytes: 4 * 1024 ** 3 },
  { name: 'ears', address: '10.213.0.3', running: true, cut: true },
  { name: 'tealc', address: '10.213.0.4', running: false, cut: false },
]

/** A lab that comes up at once; keeps what it was asked for. */
function recordedLab() {
  const asked: unknown[] = []
  const bringUpLab: ClusterApi['bringUpLab'] = (cluster, progress, options) => {
    asked.push({ lab: cluster.lab, ...options })
    progress?.({ text: 'makes a base image' })
    progress?.({ node: 'hammond', text: 'boots\u001b[2J' })
    return Promise.resolve(NODES)
  }
  return { asked, api: { bringUpLab } }
}

describe('lab', () => {
  it('is not taken down in a folder without a cluster: LAB_NOT_HERE', async () => {
    const { code, err } = await bramble(['lab', 'down'], { folder: scratchFolder() })
    expect(code).toBe(1)
    expect(err).toContain('error LAB_NOT_HERE')
    expect(err).toContain('has no cluster file and no lab')
  })

  it('tells on standard error what it is at, and then how every node stands', async () => {
    const { api, asked } = recordedLab()
    const { code, out, err } = await bramble(['lab', 'up', '--share-memory'], { folder: officeFolder(), api })
    expect(code).toBe(0)
    expect(err).toBe('makes a base image\nhammond: boots␛[2J\n')
    expect(out).toBe(`NODE     ADDRESS     STATE    NETWORK       MEMORY
hammond  10.213.0.2  running                4 GiB
ears     10.213.0.3  running  cable pulled
tealc    10.213.0.4  off
`)
    expect(asked).toEqual([{ lab: true, shareMemory: true, remove: false }])
  })

  it('is told as JSON', async () => {
    const { api } = recordedLab()
    const { out, err } = await bramble(['lab', 'up', '--json'], { folder: officeFolder(), api })
    expect(JSON.parse(out)).toEqual(NODES)
    expect(JSON.parse(err.split('\n')[1] ?? '')).toMatchObject({ type: 'progress', node: 'hammond' })
  })

  it('keeps nodes that left the cluster file, unless it is told that they may go', async () => {
    const { api, asked } = recordedLab()
    await bramble(['lab', 'up', '--remove'], { folder: officeFolder(), api })
    expect(asked).toEqual([{ lab: true, shareMemory: false, remove: true }])
  })

  it('is told which nodes are to have a kernel of their own', async () => {
    const { api, asked } = recordedLab()
    await bramble(['lab', 'up', '--emulate', 'hammond,ears'], { folder: officeFolder(), api })
    expect(asked).toEqual([{ lab: true, shareMemory: false, remove: false, emulate: ['hammond', 'ears'] }])
  })

  it('starts no node with a clock that is none', async () => {
    const { code, err } = await bramble(['lab', 'start', 'hammond', '--clock', 'noon'], {
      folder: officeFolder(),
    })
    expect(code).toBe(64)
    expect(err).toContain('2019-03-01T12:00:00Z')
  })

  it('that is not there has nothing to take down, also when it is asked to twice', async () => {
    const { code, out } = await bramble(['lab', 'down'], { folder: officeFolder() })
    expect([code, out]).toEqual([0, 'There is no lab of this folder.\n'])
  })

  it.each(['cut', 'mend', 'kill', 'start', 'down'])('that is not there has nothing to %s', async (action) => {
    const { code, err } = await bramble(['lab', action, 'hammond'], { folder: officeFolder() })
    expect(code).toBe(1)
    expect(err).toMatch(/error LAB_NOT_HERE: the cluster in \S+ has no lab\n(.*\n)+ {2}fix {2}bramble lab up/)
  })
})
