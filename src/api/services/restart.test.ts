import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { openCluster } from '../open.ts'
import { restartServices } from './restart.ts'

const TEXT = `cluster: office
domain: office.example.net
nodes: { ada: { model: pi4 } }
roles: { base: { on: ada } }
services:
  greeter: { on: [ada], run: { unit: hello.service } }
  shelf: { on: [ada], port: 8080 }
  tick: { on: [ada], run: { binary: /usr/local/bin/tick }, schedule: '@daily' }
`

/** Code and way out of what is wrong with these names. */
async function refused(...names: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-restart-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'cluster.yaml'), TEXT)
  const opened = await openCluster({ folder, lab: false })
  if (!('cluster' in opened)) throw new Error(JSON.stringify(opened.diagnostics))
  try {
    for await (const done of restartServices(opened.cluster, names)) return JSON.stringify(done)
    return 'nothing was done'
  } catch (error) {
    if (error instanceof DiagnosticsError)
      return error.diagnostics.map(({ code, fix }) => `${code}: ${fix}`).join()
    throw error
  }
}

it('names that mean nothing are refused before anything is touched, also behind a good one', async () => {
  expect(await refused('greeter', 'greter')).toBe('SERVICE_UNKNOWN: did you mean greeter?')
  expect(await refused('x')).toBe('SERVICE_UNKNOWN: type one of greeter, shelf, tick')
})

it('what does not run all the time is refused', async () => {
  expect(await refused('greeter', 'shelf')).toMatch(/^SERVICE_NOT_RESTARTED: /)
  expect(await refused('tick')).toMatch(/^SERVICE_NOT_RESTARTED: /)
})
