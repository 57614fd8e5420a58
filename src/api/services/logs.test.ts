import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { openCluster } from '../open.ts'
import { serviceLogs } from './logs.ts'

const TEXT = `cluster: office
domain: office.example.net
nodes: { ada: { model: pi4 } }
roles: { base: { on: ada } }
services:
  greeter: { on: [ada], run: { unit: hello.service } }
  shelf: { on: [ada], port: 8080 }
`

/** Code and way out of what is wrong with this name. */
async function refused(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-service-logs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'cluster.yaml'), TEXT)
  const opened = await openCluster({ folder, lab: false })
  if (!('cluster' in opened)) throw new Error(JSON.stringify(opened.diagnostics))
  try {
    for await (const said of serviceLogs(opened.cluster, name, { lines: 5 })) return JSON.stringify(said)
    return 'nothing was said'
  } catch (error) {
    if (error instanceof DiagnosticsError)
      return error.diagnostics.map(({ code, fix }) => `${code}: ${fix}`).join()
    throw error
  }
}

it('a name that means nothing, and what nobody runs, are refused before any node is asked', async () => {
  expect(await refused('greter')).toBe('SERVICE_UNKNOWN: did you mean greeter?')
  expect(await refused('shelf')).toMatch(/^LOGS_WITHOUT_UNIT: name a unit/)
})
