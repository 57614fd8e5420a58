import { expect, it } from 'vitest'
import { Bug } from './bug.ts'

it('asks to report what cannot happen, and keeps the cause', () => {
  const cause = new RangeError('index')
  const bug = new Bug('the plan has a loop', { cause })
  expect(bug.message).toMatch(/^the plan has a loop .*please report it/)
  expect(bug).toMatchObject({ name: 'Bug', cause })
})
