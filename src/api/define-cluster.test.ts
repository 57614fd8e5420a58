import { describe, expect, it } from 'vitest'
import { defineCluster } from './define-cluster.ts'

describe('defineCluster', () => {
  it('gives back the very object, so that a typed file says what a YAML one would', () => {
    const cluster = { cluster: 'a', domain: 'example.net', nodes: { b: null } }
    expect(defineCluster(cluster)).toBe(cluster)
  })

  it('checks every key of the file and of the roles when it is compiled', () => {
    const start = {
      cluster: 'a',
      domain: 'example.net',
      nodes: { b: { model: 'pi4', has: 'camera' } },
    } as const
    defineCluster({
      ...start,
      roles: { base: { on: 'all', timezone: 'UTC', users: { kai: { sudo: true }, ada: null } } },
    })
    defineCluster({
      ...start,
      roles: { 'consul-server': { on: { model: 'pi4' }, count: 3, kv: { a: 1, b: { secret: 'x' } } } },
    })
    defineCluster({
      ...start,
      roles: {
        base: { on: 'all', timezone: { from: { env: 'ZONE' } } },
        'consul-server': { on: 'all', kv: { a: { from: { secret: 'app/password' } } } },
      },
    })
    // @ts-expect-error a text that is from nothing that there is
    defineCluster({ ...start, roles: { base: { on: 'all', timezone: { from: { variable: 'ZONE' } } } } })
    // @ts-expect-error a misspelt key
    defineCluster({ ...start, acess: { user: 'pi' } })
    // @ts-expect-error a misspelt key further down
    defineCluster({ ...start, access: { usr: 'pi' } })
    // @ts-expect-error a misspelt key of a node
    defineCluster({ ...start, nodes: { b: { adress: '192.0.2.1' } } })
    // @ts-expect-error a board that is not in the table
    defineCluster({ ...start, nodes: { b: { model: 'pi9' } } })
    // @ts-expect-error a misspelt option of a role
    defineCluster({ ...start, roles: { base: { on: 'all', timezon: 'UTC' } } })
    // @ts-expect-error an option of the wrong sort
    defineCluster({ ...start, roles: { base: { on: 'all', timezone: 5 } } })
    // @ts-expect-error a misspelt option inside of one
    defineCluster({ ...start, roles: { base: { on: 'all', users: { kai: { sodu: true } } } } })
    // @ts-expect-error a choice that there is not
    defineCluster({ ...start, roles: { 'consul-server': { on: 'all', source: 'relase' } } })
    // @ts-expect-error a value of the key-value store that is a list
    defineCluster({ ...start, roles: { 'consul-server': { on: 'all', kv: { a: [1] } } } })
    // @ts-expect-error a role that does not exist
    defineCluster({ ...start, roles: { bases: { on: 'all' } } })
    // @ts-expect-error a role that is nowhere
    defineCluster({ ...start, roles: { base: {} } })
    // @ts-expect-error a condition that there is not
    defineCluster({ ...start, roles: { base: { on: { modle: 'pi4' } } } })
    // @ts-expect-error a service with two spellings of its check
    defineCluster({ ...start, services: { web: { on: 'b', check: { htp: ':80/' } } } })
    expect.assertions(0)
  })

  it('checks the options of own roles when their types are given', () => {
    interface Own {
      readonly greeting: { readonly text?: string }
    }
    const start = { cluster: 'a', domain: 'example.net', nodes: {} }
    defineCluster<Own>({ ...start, roles: { greeting: { on: 'all', text: 'hello' }, base: { on: 'all' } } })
    // @ts-expect-error a misspelt option of an own role
    defineCluster<Own>({ ...start, roles: { greeting: { on: 'all', txt: 'hello' } } })
    expect.assertions(0)
  })
})
