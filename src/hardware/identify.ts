/** Recognises a board from what its kernel and firmware say about it. */
import { BOARDS, boardByModel } from './boards.ts'
import type { Board, ModelId } from './boards.ts'

const MIB = 1024 ** 2

/**
 * The model behind the text of `/proc/device-tree/model` (such as "Raspberry Pi 4 Model B Rev 1.4", with or without its
 * trailing NUL); undefined for a board that is not in the table.
 */
export function modelFromDeviceTree(text: string): ModelId | undefined {
  const name = text.replace(/\0.*$/s, '').trim()
  return BOARDS.find(({ deviceTree }) => deviceTree.test(name))?.id
}

/** What a new-style revision code says. */
export interface Revision {
  readonly model: ModelId | undefined
  readonly memoryBytes: number | undefined
}

/**
 * Reads a revision code (`Revision` in /proc/cpuinfo, `system/linux,revision` in the device tree): bits
 * `NOQuuuWuFMMMCCCCPPPPTTTTTTTTRRRR`, where F marks the new style. Old-style codes give undefined.
 * Source: "Raspberry Pi revision codes" in the Raspberry Pi documentation.
 */
export function readRevision(code: number): Revision | undefined {
  const newStyle = (code >>> 23) & 1
  if (newStyle === 0) return undefined
  const type = (code >>> 4) & 0xff
  const memory = (code >>> 20) & 0b111
  return {
    model: BOARDS.find(({ revisionTypes }) => revisionTypes.includes(type))?.id,
    // 0 to 6 are 256 MiB to 16 GiB; 7 means that the size stands elsewhere.
    memoryBytes: memory === 7 ? undefined : 256 * MIB * 2 ** memory,
  }
}

/**
 * The size that a board was sold with, from what its kernel reports. The kernel sees less, because the graphics part and the
 * kernel itself keep some, and `memory: ">=1GiB"` means the size on the box.
 */
export function soldMemoryBytes(model: string, seenBytes: number): number {
  const sizes = boardByModel(model)?.memoryMib ?? []
  const sold = sizes.find((mib) => mib * MIB >= seenBytes)
  const step = 256 * MIB
  return sold === undefined ? Math.ceil(seenBytes / step) * step : sold * MIB
}

/** What to reckon with for a board of which only the model is known. */
export function assumedMemoryBytes(board: Board): number {
  return board.assumedMemoryMib * MIB
}
