import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type * as Files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFileOnce, replaceFiles } from './secret-files.ts'

// The real functions, which also write down in which order they are called: what a power cut leaves depends on it.
const calls = vi.hoisted((): string[] => [])
vi.mock('node:fs/promises', async (original) => {
  const files: typeof Files = await original()
  const name = (path: unknown): string => String(path).replace(/\.tmp-[^/]+/, '.tmp')
  return {
    ...files,
    open: async (path: string, ...rest: [string, number]) => {
      const handle = await files.open(path, ...rest)
      const sync = handle.sync.bind(handle)
      handle.sync = () => {
        calls.push(`sync ${name(path)}`)
        return sync()
      }
      return handle
    },
    rename: (from: string, to: string) => {
      calls.push(`rename ${name(from)} to ${name(to)}`)
      return files.rename(from, to)
    },
    link: (from: string, to: string) => {
      calls.push(`link ${name(from)} to ${name(to)}`)
      return files.link(from, to)
    },
  }
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-files-'))
  calls.length = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const recorded = (): readonly string[] => calls.map((call) => call.replaceAll(folder, '/s'))

describe('files of secrets', () => {
  it('are on the disk before they get their names, and the folders after that', async () => {
    mkdirSync(join(folder, 'a'))
    const texts = new Map(['one', 'a/two'].map((path) => [join(folder, path), `text of ${path}`]))
    await replaceFiles(folder, texts)
    const kinds = recorded().map((call) => call.split(' ')[0])
    expect(kinds).toEqual(['sync', 'sync', 'rename', 'rename', 'sync', 'sync'])
    expect(recorded().slice(0, 2).toSorted()).toEqual(['sync /s/.tmp', 'sync /s/a/.tmp'])
    expect(recorded().slice(4).toSorted()).toEqual(['sync /s', 'sync /s/a'])
  })

  it('get their names in the given order', async () => {
    const texts = new Map(['c', 'a', 'b'].map((path) => [join(folder, path), `text of ${path}`]))
    await replaceFiles(folder, texts)
    const renames = recorded().filter((call) => call.startsWith('rename'))
    expect(renames).toEqual(['rename /s/.tmp to /s/c', 'rename /s/.tmp to /s/a', 'rename /s/.tmp to /s/b'])
  })

  it('that must not exist yet are linked, so that one of two processes wins', async () => {
    const file = join(folder, 'new', 'file')
    expect(await createFileOnce(file, 'first')).toBe(true)
    expect(recorded()).toEqual(['sync /s/new/.tmp', 'link /s/new/.tmp to /s/new/file', 'sync /s/new'])
    expect(await createFileOnce(file, 'second')).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe('first')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(relative(folder, file)).toBe('new/file')
  })
})
