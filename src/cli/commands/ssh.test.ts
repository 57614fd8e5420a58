import { describe, expect, it } from 'vitest'
import { bramble, officeFolder } from '../../../test/cli/command-run.ts'
import type { ClusterApi } from '../cluster-api.ts'

/** Answers with arguments for the real ssh, and keeps what was asked for. */
function recordedSsh(...args: string[]) {
  const asked: unknown[] = []
  const sshArguments: ClusterApi['sshArguments'] = (_cluster, node, command) => {
    asked.push([node, command])
    return Promise.resolve(args)
  }
  return { asked, api: { sshArguments } }
}

describe('ssh', () => {
  it('hands the words of a command on as they are', async () => {
    const { asked, api } = recordedSsh('-V')
    const folder = officeFolder()
    const words = ['ls', '-la', '--lab', '/a b', '$HOME']
    for (const typed of [words, ['--', ...words]]) {
      expect((await bramble(['ssh', 'hammond', ...typed], { folder, api })).code).toBe(0)
    }
    expect(asked).toEqual([
      ['hammond', words],
      ['hammond', words],
    ])
  })

  it('ends as ssh ends', async () => {
    const { api } = recordedSsh('-q', '-o', 'BatchMode=yes', '-o', 'ProxyCommand=false', 'nowhere.invalid')
    expect((await bramble(['ssh', 'hammond'], { folder: officeFolder(), api })).code).toBe(255)
  })

  it('takes words that choose one node, and refuses those that choose several', async () => {
    const { asked, api } = recordedSsh('-V')
    const folder = officeFolder()
    expect((await bramble(['ssh', 'ham*'], { folder, api })).code).toBe(0)
    expect(asked).toEqual([['hammond', []]])
    const { code, err } = await bramble(['ssh', 'model:pi4'], { folder, api })
    expect([code, err]).toEqual([1, expect.stringContaining('FILTER_FITS_SEVERAL: model:pi4 fits 5 nodes')])
  })

  it('refuses a node that is not in the cluster file, and proposes the one that was meant', async () => {
    const { code, err } = await bramble(['ssh', 'hamond'], { folder: officeFolder() })
    expect(code).toBe(1)
    expect(err).toContain('did you mean hammond?')
  })
})

describe('ssh-config', () => {
  it('prints what was made and nothing else', async () => {
    const api = { sshConfigText: () => Promise.resolve('Host hammond\n'), sshDials: () => [] }
    const { code, out } = await bramble(['ssh-config'], { folder: officeFolder(), api })
    expect([code, out]).toEqual([0, 'Host hammond\n'])
  })
})

describe('facts', () => {
  it('tells what was read, and ends with 1 when a node did not answer', async () => {
    const read = [
      {
        node: 'hammond',
        facts: {
          model: 'pi4',
          memory: String(4 * 1024 ** 3),
          os: 'debian',
          os_release: 'trixie',
          serial: '10000000a1b2c3d4',
        },
      },
      { node: 'oneil', detail: 'oneil does not answer' },
    ]
    const asked: unknown[] = []
    const facts: ClusterApi['facts'] = (_cluster, nodes) => {
      asked.push(nodes)
      return Promise.resolve(read)
    }
    const { code, out } = await bramble(['facts', 'hammond', '-n', 'oneil'], {
      folder: officeFolder(),
      api: { facts },
    })
    expect(code).toBe(1)
    expect(asked).toEqual([{ nodes: ['hammond', 'oneil'] }])
    expect(out).toMatch(/hammond +pi4 +4 GiB +debian trixie +10000000a1b2c3d4\n/)
    expect(out).toMatch(/oneil +does not answer\n\n1 node read into the cluster lock\n$/)
  })
})
