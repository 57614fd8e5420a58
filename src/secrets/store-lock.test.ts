import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { withStoreLock } from './store-lock.ts'
import { ScratchStore, codesOf } from './testing/scratch-store.ts'

let scratch: ScratchStore
beforeEach(() => {
  scratch = new ScratchStore()
  mkdirSync(scratch.folder)
})
afterEach(() => scratch.remove())

describe('the lock of a store', () => {
  it('lets one after the other in, however many wait', async () => {
    let inside = 0
    const most: number[] = []
    const action = async (): Promise<void> => {
      inside += 1
      most.push(inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
    }
    await Promise.all(Array.from({ length: 8 }, () => withStoreLock(scratch.folder, action)))
    expect(most).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
    expect(readdirSync(scratch.folder)).toEqual([])
  })

  it('is free again when the work inside fails', async () => {
    await expect(withStoreLock(scratch.folder, () => Promise.reject(new Error('inside')))).rejects.toThrow(
      'inside',
    )
    expect(await withStoreLock(scratch.folder, () => Promise.resolve('in'))).toBe('in')
  })

  it('says who holds it when that takes too long', async () => {
    const lock = scratch.path('.lock')
    writeFileSync(lock, `${process.pid} ${hostname()}\n`)
    const waiting = () => withStoreLock(scratch.folder, () => Promise.resolve(), 0)
    expect(await codesOf(waiting)).toEqual(['SECRETS_LOCKED'])
    await expect(waiting()).rejects.toThrow(`process ${process.pid} on ${hostname()} is writing the secrets`)
    expect(readFileSync(lock, 'utf8')).toBe(`${process.pid} ${hostname()}\n`)
  })

  it('is taken over from a process of this computer that has died', async () => {
    const { stdout } = await run('sh', ['-c', 'echo $$'])
    writeFileSync(scratch.path('.lock'), `${stdout.toString().trim()} ${hostname()}\n`)
    expect(await withStoreLock(scratch.folder, () => Promise.resolve('in'), 0)).toBe('in')
    expect(readdirSync(scratch.folder)).toEqual([])
  })

  it('is respected when it comes from another computer, until it is ten minutes old', async () => {
    const lock = scratch.path('.lock')
    writeFileSync(lock, '1 elsewhere\n')
    const waiting = () => withStoreLock(scratch.folder, () => Promise.resolve('in'), 0)
    expect(await codesOf(waiting)).toEqual(['SECRETS_LOCKED'])
    const longAgo = new Date(Date.now() - 11 * 60 * 1000)
    utimesSync(lock, longAgo, longAgo)
    expect(await waiting()).toBe('in')
    expect(existsSync(lock)).toBe(false)
  })
})
