import { expect, it } from 'vitest'
import { homeFolder } from './home-folder.ts'

it('is what the environment says, and else what the system says; never a relative path', () => {
  expect(homeFolder({ HOME: '/home/kai' })).toBe('/home/kai')
  expect(homeFolder({ HOME: '' })).toMatch(/^\//)
  expect(homeFolder({})).toMatch(/^\//)
})
