import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from '../../src/support/run.ts'
import { makeWorkFolder } from './work-folder.ts'

it('what a killed build left is gone with the next one; that of a running one stays', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'bramble-cache-'))
  const gone = (await run('sh', ['-c', 'echo $$'])).stdout.toString().trim()
  mkdirSync(join(cache, `.build-${gone}-x`))
  mkdirSync(join(cache, `.build-${process.pid}-x`))
  const made = basename(makeWorkFolder(cache))
  const left = readdirSync(cache)
  rmSync(cache, { recursive: true })
  expect(left.toSorted()).toEqual([`.build-${process.pid}-x`, made].toSorted())
})
