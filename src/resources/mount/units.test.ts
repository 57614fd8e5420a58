import { describe, expect, it } from 'vitest'
import { run } from '../../support/run.ts'
import { diskUnit, mountUnit } from './units.ts'

describe('a mount', () => {
  it.each(['/srv/data', '/srv/data-1/x', '/.hidden', '/mnt/my disk', '/mnt/ü'])(
    'at %s has the unit that systemd gives it',
    async (path) => {
      const { code, stdout } = await run('systemd-escape', ['--path', '--suffix=mount', path])
      expect([code, mountUnit(path)]).toEqual([0, stdout.toString().trim()])
    },
  )
})

describe('a device', () => {
  it.each([
    ['LABEL=data', '/dev/disk/by-label/data'],
    ['LABEL=my disk', String.raw`/dev/disk/by-label/my\x20disk`],
    ['UUID=0fc6-3d8e', '/dev/disk/by-uuid/0fc6-3d8e'],
    ['PARTUUID=1234-02', '/dev/disk/by-partuuid/1234-02'],
    ['/dev/sda1', '/dev/sda1'],
  ])('that is named %s has the unit that systemd gives it', async (source, path) => {
    const { code, stdout } = await run('systemd-escape', ['--path', '--suffix=device', path])
    expect([code, diskUnit(source)]).toEqual([0, stdout.toString().trim()])
  })

  it.each(['tmpfs', 'nas:/srv', '/srv/data', '//nas/share', 'SOMETHING=else'])('is not %s', (source) => {
    expect(diskUnit(source)).toBeUndefined()
  })
})
