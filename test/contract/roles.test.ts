/** No role is outside of the contract: one that has no test of its own is held to it here, with what is required left out. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { roles } from '../../src/roles/registry.generated.ts'
import { describeRole } from './role.ts'

function keepsItByItself(name: string): boolean {
  const test = `src/roles/${name}/${name}.test.ts`
  return existsSync(test) && readFileSync(test, 'utf8').includes('\ndescribeRole({')
}

const others = Object.values(roles).filter(({ name }) => !keepsItByItself(name))

it('knows the roles', () => {
  expect(Object.keys(roles)).toContain('base')
  expect(keepsItByItself('base')).toBe(true)
})

for (const role of others) describeRole({ role })
