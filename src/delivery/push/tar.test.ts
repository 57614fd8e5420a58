import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../support/run.ts'
import { tarChunks, tarSize } from './tar.ts'
import type { TarEntry } from './tar.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-tar-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function archive(entries: readonly TarEntry[]): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tarChunks(entries)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('an archive', () => {
  const sizes = [0, 1, 511, 512, 513, 100_000]

  it.each([['tar'], ['busybox', 'tar']])(
    'is read by %s %s, byte for byte and with mode 600',
    async (...words) => {
      const entries = sizes.map((size) => ({ name: `f${size}`, bytes: Buffer.alloc(size, `${size}\n`) }))
      const target = await mkdtemp(join(folder, 'out-'))
      const input = await archive(entries)
      const [program = '', ...before] = words
      const { code, stderr } = await run(program, [...before, '-xf', '-', '-C', target], { input })
      expect([code, stderr]).toEqual([0, ''])
      for (const { name, bytes } of entries) {
        expect((await readFile(join(target, name))).equals(bytes)).toBe(true)
        expect((await stat(join(target, name))).mode & 0o777).toBe(0o600)
      }
    },
  )

  it('has the length that was said before', async () => {
    const entries = sizes.map((size) => ({ name: `f${size}`, bytes: Buffer.alloc(size) }))
    expect((await archive(entries)).length).toBe(tarSize(entries))
  })

  it('takes the bytes of a file, and refuses one that is not as long as was said', async () => {
    const path = join(folder, 'release')
    await writeFile(path, 'x'.repeat(700))
    const whole = await archive([{ name: 'a', bytes: { path, size: 700 } }])
    expect(whole.subarray(512, 1212).toString()).toBe('x'.repeat(700))
    await expect(archive([{ name: 'a', bytes: { path, size: 701 } }])).rejects.toThrow('has 700 bytes')
  })
})
