import { describe, expect, it } from 'vitest'
import { ARCHITECTURE_NAMES, architectureOf } from './architecture.ts'
import { BOARDS, MODEL_IDS, boardByModel } from './boards.ts'
import { assumedMemoryBytes, modelFromDeviceTree, readRevision, soldMemoryBytes } from './identify.ts'

const MIB = 1024 ** 2

describe('the table of boards', () => {
  it('has each model once', () => {
    expect(BOARDS.map(({ id }) => id).toSorted()).toEqual([...MODEL_IDS].toSorted())
  })

  it('gives each revision type to one model', () => {
    const types = BOARDS.flatMap(({ revisionTypes }) => revisionTypes)
    expect(types).toEqual([...new Set(types)])
  })

  it.each(BOARDS.map((board) => [board.id, board] as const))(
    'assumes a size in which %s is sold',
    (_, board) => {
      const sold = board.memoryMib
      expect(sold).toEqual([...sold].toSorted((a, b) => a - b))
      if (sold.length > 0) expect(sold).toContain(board.assumedMemoryMib)
      expect(assumedMemoryBytes(board)).toBe(board.assumedMemoryMib * MIB)
    },
  )

  it('marks exactly the ARMv6 boards as such', () => {
    for (const { architectures, quirks } of BOARDS) {
      expect(quirks.includes('armv6')).toBe(architectures.includes('armv6'))
    }
  })

  it('has no board of an unknown name', () => {
    expect(boardByModel('pi-4')).toBeUndefined()
    expect(boardByModel('constructor')).toBeUndefined()
    expect(boardByModel('zero-w')?.name).toBe('Raspberry Pi Zero W')
  })
})

describe('modelFromDeviceTree', () => {
  it.each([
    ['Raspberry Pi Model B Rev 2', 'pi1'],
    ['Raspberry Pi Model A Plus Rev 1.1', 'pi1'],
    ['Raspberry Pi Zero Rev 1.3', 'zero'],
    ['Raspberry Pi Zero W Rev 1.1', 'zero-w'],
    ['Raspberry Pi Zero 2 W Rev 1.0', 'zero-2-w'],
    ['Raspberry Pi 2 Model B Rev 1.1', 'pi2'],
    ['Raspberry Pi 3 Model B Rev 1.2', 'pi3'],
    ['Raspberry Pi 3 Model B Plus Rev 1.3', 'pi3'],
    ['Raspberry Pi 4 Model B Rev 1.4\0', 'pi4'],
    ['Raspberry Pi 400 Rev 1.0', 'pi400'],
    ['Raspberry Pi 5 Model B Rev 1.0', 'pi5'],
    ['Raspberry Pi 500 Rev 1.0', 'pi500'],
    ['Raspberry Pi Compute Module Rev 1.0', 'cm1'],
    ['Raspberry Pi Compute Module 3 Plus Rev 1.0', 'cm3'],
    ['Raspberry Pi Compute Module 4 Rev 1.1', 'cm4'],
    ['Raspberry Pi Compute Module 4S Rev 1.0', 'cm4'],
    ['Raspberry Pi Compute Module 5 Lite Rev 1.0', 'cm5'],
    ['linux,dummy-virt', 'pc'],
  ])('recognises "%s"', (text, model) => {
    expect(modelFromDeviceTree(text)).toBe(model)
  })

  it.each(['', 'BeagleBone Black', 'Raspberry Pi 6 Model B', 'Not a Raspberry Pi 4'])(
    'does not guess for "%s"',
    (text) => {
      expect(modelFromDeviceTree(text)).toBeUndefined()
    },
  )
})

describe('readRevision', () => {
  // Codes from the list of new-style revision codes in the Raspberry Pi documentation.
  it.each([
    [0x90_00_c1, 'zero-w', 512],
    [0x90_21_20, 'zero-2-w', 512],
    [0xa0_20_82, 'pi3', 1024],
    [0xa0_20_d3, 'pi3', 1024],
    [0xb0_31_15, 'pi4', 2048],
    [0xd0_31_14, 'pi4', 8192],
    [0xc0_41_70, 'pi5', 4096],
    [0xa0_41_71, 'pi5', 1024],
    [0xe0_41_90, 'pi500', 16_384],
    [0xb0_41_a0, 'cm5', 2048],
  ])('reads %x', (revision, model, mib) => {
    expect(readRevision(revision)).toEqual({ model, memoryBytes: mib * MIB })
  })

  it('does not read the old style, which has no fields', () => {
    expect(readRevision(0x00_0e)).toBeUndefined()
  })
})

describe('soldMemoryBytes', () => {
  it.each([
    ['pi3', 906, 1024],
    ['zero-w', 427, 512],
    ['pi4', 3794, 4096],
    ['pc', 960, 1024],
    ['unknown', 3001, 3072],
  ])('takes a %s of which the kernel sees %i MiB for one of %i MiB', (model, seen, sold) => {
    expect(soldMemoryBytes(model, seen * MIB)).toBe(sold * MIB)
  })
})

describe('architectureOf', () => {
  it.each([
    ['armhf', 'armv6l', 'armv6'],
    ['armhf', 'armv7l', 'armv7'],
    ['armhf', 'aarch64', 'armv7'],
    ['arm64', 'aarch64', 'arm64'],
    ['amd64', 'x86_64', 'amd64'],
    ['riscv64', 'riscv64', undefined],
  ])('knows a %s system on a %s kernel', (debian, kernel, architecture) => {
    expect(architectureOf(debian, kernel)).toBe(architecture)
  })

  it('knows that Debian itself has nothing for ARMv6', () => {
    expect(ARCHITECTURE_NAMES.armv6).toMatchObject({ debian: 'armhf', inDebian: false })
  })
})
