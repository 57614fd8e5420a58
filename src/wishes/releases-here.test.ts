import { hashicorpLayout } from '../releases/hashicorp.ts'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { EMPTY_LOCK, type ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { sha256 } from '../support/sha256.ts'
import { releasesHere } from './meet-releases.ts'

const WISH = {
  product: 'consul',
  version: '1.19.2',
  architecture: 'arm64',
  member: 'consul',
  layout: hashicorpLayout,
}
const ARCHIVE = sha256('archive')
const pinned: ClusterLock = {
  ...EMPTY_LOCK,
  releases: { consul: { version: '1.19.2', sums: { arm64: ARCHIVE } } },
}

/** A cache of its own, with what was unpacked before. */
function cache(unpacked: boolean): void {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-releases-here-'))
  vi.stubEnv('XDG_CACHE_HOME', folder)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
  if (!unpacked) return
  const place = join(folder, 'bramble/releases', ARCHIVE)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'consul'), 'a program')
  writeFileSync(join(place, 'consul.sha256'), `${sha256('a program')}\n`)
}

it('takes what this computer has, and asks no server', async () => {
  cache(true)
  const { release, isMissing } = await releasesHere([WISH], pinned)
  expect(release(WISH)).toMatchObject({ sha256: sha256('a program') })
  expect(isMissing(release(WISH))).toBe(false)
})

it.each([
  ['is not in the cache', pinned],
  ['is pinned nowhere', EMPTY_LOCK],
])('says that a release %s is not here', async (_, lock) => {
  cache(lock === EMPTY_LOCK)
  const { release, isMissing } = await releasesHere([WISH], lock)
  expect(isMissing(release(WISH))).toBe(true)
})
