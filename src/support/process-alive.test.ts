import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { isProcessAlive } from './process-alive.ts'

it('finds a process that runs, and one of another user', () => {
  expect(isProcessAlive(process.pid)).toBe(true)
  expect(isProcessAlive(1)).toBe(true)
})

it('does not find one that has ended', () => {
  expect(isProcessAlive(spawnSync('true').pid)).toBe(false)
})
