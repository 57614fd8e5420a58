import { describe, expect, it } from 'vitest'
import { hiddenPath } from './sandbox.ts'
import { unitText } from './unit-text.ts'

describe('a script check behind the settings of the unit', () => {
  it.each([
    ['/home/pi/check.sh', 'ProtectHome'],
    ['/root/check', 'ProtectHome'],
    ['/run/user/1000/bus', 'ProtectHome'],
    ['/tmp/state', 'PrivateTmp'],
    ['/var/tmp/x', 'PrivateTmp'],
    ['/dev/gpiomem', 'PrivateDevices'],
  ])('does not see %s, because of %s', (path, setting) => {
    expect(hiddenPath(['/usr/bin/test', '-e', path])).toEqual({ path, setting })
    expect(hiddenPath(['sh', '-c', `exec "${path}" --fast`])).toEqual({ path, setting })
    expect(unitText('/usr/bin/consul', '/var/lib/consul')).toContain(`${setting}=yes`)
  })

  it.each([
    ['/usr/local/lib/checks/doorbell'],
    ['/homes/pi/check'],
    ['/srv/home/x'],
    ['/dev/null'],
    ['/var/lib/home'],
    ['http://192.0.2.1/home/'],
    ['~/check'],
  ])('sees %s, or leaves it to whoever runs it', (path) => {
    expect(hiddenPath([path])).toBeUndefined()
  })
})
