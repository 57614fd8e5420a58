import { describe, expect, it } from 'vitest'
import { defineCluster } from './define-cluster.ts'

interface Roles {
  readonly base: { readonly timezone?: string }
}

describe('defineCluster', () => {
  it('gives back the very object, so that a typed file says what a YAML one would', () => {
    const cluster = { cluster: 'a', domain: 'example.net', nodes: { b: null } }
    expect(defineCluster(cluster)).toBe(cluster)
  })

  it('knows the keys of the file and of the roles at compile time', () => {
    const start = {
      cluster: 'a',
      domain: 'example.net',
      nodes: { b: { model: 'pi4', has: 'camera' } },
    } as const
    defineCluster<Roles>({ ...start, roles: { base: { on: 'all', timezone: 'UTC' } } })
    // @ts-expect-error a misspelt key
    defineCluster<Roles>({ ...start, acess: { user: 'pi' } })
    // @ts-expect-error a board that is not in the table
    defineCluster<Roles>({ ...start, nodes: { b: { model: 'pi9' } } })
    // @ts-expect-error an option of the wrong sort
    defineCluster<Roles>({ ...start, roles: { base: { on: 'all', timezone: 5 } } })
    // @ts-expect-error a role that does not exist
    defineCluster<Roles>({ ...start, roles: { bases: { on: 'all' } } })
    // @ts-expect-error a role that is nowhere
    defineCluster<Roles>({ ...start, roles: { base: {} } })
    expect.assertions(0)
  })
})
