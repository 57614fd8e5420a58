import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLock, writeLock } from '../api/folder/cluster-folder.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { EMPTY_LOCK, lockText, parseLock, withFacts } from './cluster-lock.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-lock-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the cluster lock', () => {
  it('keeps what a node of the lab says of its kernel: roles go by it before the next look', () => {
    const lock = withFacts(EMPTY_LOCK, 'a', { model: 'pi4', emulated: 'yes' })
    expect(lock.nodes['a']).toEqual({ model: 'pi4', emulated: 'yes' })
  })

  it('is the same bytes whatever the order in which facts came', () => {
    const one = withFacts(withFacts(EMPTY_LOCK, 'a', { model: 'pi4', serial: '1' }), 'b', { model: 'pi3' })
    const two = withFacts(withFacts(EMPTY_LOCK, 'b', { model: 'pi3' }), 'a', { serial: '1', model: 'pi4' })
    expect(lockText(one)).toBe(lockText(two))
    expect(parseLock(lockText(one))).toEqual(one)
  })

  it('keeps no fact that is different at every look', () => {
    expect(lockText(withFacts(EMPTY_LOCK, 'a', { boot_id: 'x', clock: '1', model: 'pi4' }))).not.toMatch(
      /boot_id|clock/,
    )
  })

  it('is the same object when a look brings nothing new, so that nothing is written', () => {
    const lock = withFacts(EMPTY_LOCK, 'a', { model: 'pi4' })
    expect(withFacts(lock, 'a', { model: 'pi4', uptime: '12' })).toBe(lock)
  })

  it('refuses what is no lock with LOCK_UNREADABLE instead of guessing', async () => {
    const file = join(folder, 'broken.lock')
    await writeFile(file, '<<<<<<< ours\nversion: 1\n')
    const error = await readLock(file, false).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DiagnosticsError)
    expect((error as DiagnosticsError).diagnostics[0]?.code).toBe('LOCK_UNREADABLE')
  })

  it.each([
    ['in the lab', '[]', true, false, /^type {2}rm \S*broken\.lock;  bramble lab up/],
    ['after a merge', '<<<<<<< ours\nversion: 1\n', false, true, /^take the lines with <<<<<<</],
    ['in a repository', '[]', false, true, /^restore it with {2}git checkout -- /],
    ['outside of a repository', '[]', false, false, /^restore it from a backup; or type {2}rm /],
  ])('says what can be done about a broken one %s', async (_, text, lab, isRepository, fix) => {
    const here = await mkdtemp(join(folder, 'way-'))
    if (isRepository) await mkdir(join(here, '.git'))
    await writeFile(join(here, 'broken.lock'), text)
    const error = await readLock(join(here, 'broken.lock'), lab).catch((thrown: unknown) => thrown)
    expect((error as DiagnosticsError).diagnostics[0]?.fix).toMatch(fix)
  })

  it('is not written again when nothing changed', async () => {
    const file = join(folder, 'cluster.lock')
    await writeLock(file, EMPTY_LOCK)
    const before = await stat(file)
    await writeLock(file, parseLock(await readFile(file, 'utf8')))
    expect((await stat(file)).ino).toBe(before.ino)
  })
})
