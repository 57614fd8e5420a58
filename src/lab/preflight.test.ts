import { describe, expect, it } from 'vitest'
import { missing } from './preflight.ts'

const READY = { platform: 'linux', isRoot: true, has: () => true, hasKeyring: true, architecture: 'x64' }

describe('the look before a lab', () => {
  it('finds nothing missing on a computer that has all', () => {
    expect(missing(READY)).toEqual([])
  })

  it('names each missing package once, with what to type', () => {
    const lacking = missing({
      ...READY,
      has: (program) => !['nsenter', 'flock', 'mmdebstrap'].includes(program),
    })
    expect(lacking).toEqual([
      'mmdebstrap is not installed: type sudo apt-get install mmdebstrap',
      'util-linux is not installed: type sudo apt-get install util-linux',
    ])
  })

  it('asks for the emulator only where nodes are emulated, and there for amd64', () => {
    const without = { ...READY, has: (program: string) => program !== 'qemu-system-x86_64' }
    expect(missing(without)).toEqual([])
    expect(missing(without, { emulated: true })).toEqual([
      'qemu-system-x86 is not installed: type sudo apt-get install qemu-system-x86',
    ])
    expect(missing({ ...READY, architecture: 'arm64' }, { emulated: true })[0]).toContain('amd64')
  })

  it('asks for root', () => {
    expect(missing({ ...READY, isRoot: false })[0]).toContain('sudo bramble lab up')
  })

  it('asks for no packages where no package helps', () => {
    const lacking = missing({
      platform: 'darwin',
      isRoot: false,
      has: () => false,
      hasKeyring: false,
      architecture: 'arm64',
    })
    expect(lacking).toEqual(['a lab needs Linux, this is darwin: run it in a virtual machine with Debian'])
  })
})
