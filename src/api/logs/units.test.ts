import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import type { Scope } from '../../programs/scope.ts'
import { openCluster } from '../open.ts'
import { unitsNamed } from './units.ts'

const TEXT = `cluster: office
domain: office.example.net
nodes: { ada: { model: pi4 }, bee: { model: pi4 }, cow: { model: pi4 } }
roles:
  base: { on: ada }
  files: { on: all, path: /etc/note, content: hello }
services:
  greeter: { on: [bee, cow], run: { unit: hello.service } }
  shelf: { on: [bee], port: 8080 }
`

/** Units by node, in words; or the code of what is wrong. */
async function units(names: readonly string[], scope: Scope = {}): Promise<Record<string, string> | string> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-units-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'cluster.yaml'), TEXT)
  const opened = await openCluster({ folder, lab: false })
  if (!('cluster' in opened)) throw new Error(JSON.stringify(opened.diagnostics))
  try {
    const found = await unitsNamed(opened.cluster, names, scope)
    return Object.fromEntries([...found].map(([node, own]) => [node, own.join(' ')]))
  } catch (error) {
    if (error instanceof DiagnosticsError)
      return error.diagnostics.map(({ code, fix }) => `${code}: ${fix}`).join()
    throw error
  }
}

it('a declared service is read where it runs, by its unit', async () => {
  expect(await units(['greeter'])).toEqual({ bee: 'hello.service', cow: 'hello.service' })
  expect(await units(['greeter'], { nodes: ['cow', 'ada'] })).toEqual({ cow: 'hello.service' })
})

it('a role is read where it is, by all of its units', async () => {
  const found = await units(['base'])
  expect(Object.keys(found)).toEqual(['ada'])
  expect(JSON.stringify(found)).toContain('ssh')
})

it('a unit that the cluster file speaks of is read where it is, and every other one on all nodes that are chosen', async () => {
  expect(await units(['hello'])).toEqual({ bee: 'hello.service', cow: 'hello.service' })
  expect(await units(['hello'], { nodes: ['all'] })).toEqual({
    ada: 'hello.service',
    bee: 'hello.service',
    cow: 'hello.service',
  })
  expect(await units(['ssh', 'cron.service'], { nodes: ['ada'] })).toEqual({
    ada: 'ssh.service cron.service',
  })
  expect(await units(['ssh*'], { nodes: ['ada'] })).toEqual({ ada: 'ssh*' })
})

it('no name is the whole journal of the chosen nodes', async () => {
  expect(await units([], { nodes: ['ada', 'cow'] })).toEqual({ ada: '', cow: '' })
})

it('what has no unit, and what is no name, is refused before any node is asked', async () => {
  expect(await units(['shelf'])).toMatch(/^LOGS_WITHOUT_UNIT/)
  expect(await units(['files'])).toMatch(/^LOGS_WITHOUT_UNIT/)
  expect(await units(['gree ter'])).toBe('LOGS_UNKNOWN: did you mean greeter?')
})
