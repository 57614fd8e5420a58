import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cannotHave } from './boards.ts'
import { emulatedLacks, runEmulated } from './emulated-computer.ts'
import type { Seen } from './version-2-guest.ts'

const what = 'a computer with control groups of version 2 alone'

describe.skipIf(await cannotHave(what, ...emulatedLacks()))(`a lab on ${what}`, () => {
  let seen: Seen

  beforeAll(async () => {
    const console_ = await runEmulated(join(import.meta.dirname, 'version-2-guest.ts'))
    const line = /^SEEN (\{.*\})\r?$/m.exec(console_)?.[1]
    if (line === undefined) throw new Error(`it saw nothing:\n${console_}`)
    seen = JSON.parse(line) as Seen
    expect(seen.versions).toEqual([2])
  })

  it('gives each node its board’s memory, without swap, and share of the processor', () => {
    expect(seen.groups).toEqual([
      { 'memory.max': String(192 * 2 ** 20), 'memory.swap.max': '0', 'cpu.weight': '2' },
      { 'memory.max': String(768 * 2 ** 20), 'memory.swap.max': '0', 'cpu.weight': '100' },
    ])
  })

  it('boots nodes without a failed unit', () => {
    expect(seen.states).toEqual(['running', 'running'])
  })

  it('lets nodes make groups with limits of their own, as engines do', () => {
    const files = 'x/cpu.weight x/memory.max x/pids.max'
    expect(seen.groupsBelow).toEqual([files, files])
  })

  it('kills what needs more memory than the board has, in that node alone', () => {
    expect(seen.eaten).toEqual([137, 0])
    expect(seen.kills[0]).toBeGreaterThan(0)
    expect(seen.kills[1]).toBe(0)
  })

  it('leaves nothing when it is taken down', () => {
    expect(seen.left).toEqual([])
  })
})
