import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noteLiveRun } from './live-runs.ts'

describe('a run of this computer', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bramble-runs-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const noteOf = (run: string): string => join(folder, 'runs', run)
  const dead = (): readonly string[] => {
    const look = noteLiveRun(folder, 'look')
    look.end(true)
    return look.deadRuns
  }

  it('is not dead while its process lives', () => {
    noteLiveRun(folder, 'first')
    expect(dead()).toEqual([])
  })

  it('is dead when its process is gone, until a day has passed, whatever ran in between', () => {
    noteLiveRun(folder, 'first').end(true)
    writeFileSync(noteOf('killed'), '999999999 1\n')
    expect(dead()).toEqual(['killed'])
    expect(dead()).toEqual(['killed'])
    const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000)
    utimesSync(noteOf('killed'), longAgo, longAgo)
    expect(dead()).toEqual([])
    expect(existsSync(noteOf('killed'))).toBe(false)
  })

  it('is dead when its number belongs to another process by now', () => {
    noteLiveRun(folder, 'first').end(true)
    writeFileSync(noteOf('killed'), `${process.pid} 1\n`)
    expect(dead()).toEqual(['killed'])
  })

  it('may be taken over once it is over and did not let go of all nodes', () => {
    noteLiveRun(folder, 'first').end(false)
    expect(dead()).toEqual(['first'])
    noteLiveRun(folder, 'second').end(true)
    expect(dead()).toEqual(['first'])
  })
})
