import { expect, it } from 'vitest'
import { restartUnit } from './restart.ts'

const bell = { name: 'bell', tags: [], meta: {}, checks: [], run: { unit: 'bell.service' } }
const asked: string[] = []
/** A node whose systemd restarts with this, and then has the unit like that. */
const link = (stderr: string, state: string) => ({
  run: (_: string, argv: readonly string[]) => {
    asked.push(argv.join(' '))
    const isRestart = argv[0] === 'systemctl'
    const stdout = Buffer.from(isRestart ? '' : `Id=bell.service\nLoadState=loaded\nActiveState=${state}\n`)
    return Promise.resolve({ code: isRestart && stderr !== '' ? 1 : 0, stdout, stderr })
  },
})

it('a unit is restarted, and looked at afterwards', async () => {
  expect(await restartUnit(link('', 'active\nSubState=running'), 'ant', bell)).toEqual({ node: 'ant' })
  expect(asked[0]).toBe('systemctl restart -- bell.service')
})

it('a unit that does not start, or not for long, is told with the reason', async () => {
  expect(await restartUnit(link('Unit bell.service not found.\n', ''), 'ant', bell)).toEqual({
    node: 'ant',
    failure: 'Unit bell.service not found.',
  })
  expect(await restartUnit(link('', 'failed\nResult=exit-code'), 'ant', bell)).toEqual({
    node: 'ant',
    failure: 'failed: exit-code',
  })
})
