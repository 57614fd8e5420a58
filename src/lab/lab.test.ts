import { describe, expect, it } from 'vitest'
import { LabFailure, LabRefusal, type LabSpec } from './lab.ts'
import { bridgeName, hardwareAddress, linkName, resolvConf } from './network.ts'
import { boardLines } from './node.ts'
import { ensureBases, refuseTooMuchMemory } from './plan-lab.ts'
import { step } from './step.ts'
import { labKey } from './store.ts'

const GIB = 2 ** 30
const BOARD = { model: 'Raspberry Pi 4', serial: '1', memoryBytes: 4 * GIB, architecture: 'arm64', has: [] }
const SPEC: LabSpec = {
  cluster: 'office',
  folder: '/a',
  nodes: [
    { name: 'hammond', board: BOARD },
    { name: 'oneil', board: BOARD },
  ],
  user: 'pi',
  authorizedKeys: [],
}

describe('a lab', () => {
  it('is refused with names when its boards have more memory than the computer', () => {
    const refuse = () => refuseTooMuchMemory(SPEC, 6 * GIB)
    expect(refuse).toThrow(LabRefusal)
    expect(refuse).toThrow(/8192 MiB .* 6144 MiB\n {2}hammond: 4096 MiB \(Raspberry Pi 4\)\n {2}oneil/)
  })

  it('is not refused when the boards share the memory of the computer', () => {
    expect(() => refuseTooMuchMemory({ ...SPEC, shareMemory: true }, 6 * GIB)).not.toThrow()
  })

  it('is refused when a node in namespaces is to become a machine: its disk cannot', async () => {
    const made = { address: '10.213.7.10', base: '/base' }
    const before = { ...SPEC, network: '10.213.7', nodes: { hammond: made } }
    const nodes = SPEC.nodes.map((node) => ({ ...node, emulated: true }))
    const refused = ensureBases(before, { ...SPEC, nodes })
    await expect(refused).rejects.toThrow(/hammond is there already.*\n {2}type: bramble lab down hammond/)
  })

  it('is another one in another folder', () => {
    expect(labKey({ cluster: 'office', folder: '/a' })).not.toBe(labKey({ cluster: 'office', folder: '/b' }))
  })

  it('names its links within the fifteen characters that the kernel allows', () => {
    const key = labKey(SPEC)
    expect([bridgeName(key), linkName(key, '10.213.254.249')].every((name) => name.length <= 15)).toBe(true)
  })

  it('gives each node a hardware address of the range for own use', () => {
    expect(hardwareAddress('0a1b2c3d', '10.213.7.10')).toBe('02:0a:1b:2c:3d:0a')
  })
})

describe('a node of a lab', () => {
  it('is told what board it stands for', () => {
    const board = { ...BOARD, memoryBytes: 5, has: ['led-matrix', 'speaker'] }
    expect(boardLines(board)).toBe(
      'model=Raspberry Pi 4\nserial=1\nmemory=5\narchitecture=arm64\nhas=led-matrix,speaker\nthrottled=0x0\nheat=45000\n',
    )
  })

  it('is told when it is emulated', () => {
    expect(boardLines(BOARD, { emulated: true })).toContain('\nemulated=yes\n')
  })

  it('asks the name servers of the computer, but for those that only the computer can reach', () => {
    const local = 'nameserver 127.0.0.53\noptions edns0\n'
    const real = 'nameserver 192.168.1.1\nnameserver 127.0.0.1\n'
    expect(resolvConf([local, real])).toBe('nameserver 192.168.1.1\n')
  })
})

describe('a step that fails', () => {
  it('says which node, what was run, what it said and where the log is', async () => {
    const failing = step('sh', ['-c', 'echo one; echo two >&2; exit 3'], { node: 'hammond', log: '/x/log' })
    await expect(failing).rejects.toThrow(LabFailure)
    await expect(failing).rejects.toThrow(
      /^node hammond: sh -c .*: ended with status 3\n {2}two\nlog: \/x\/log$/s,
    )
  })
})
