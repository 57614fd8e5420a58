/** Every role is unplugged on real nodes (test/contract/power-cut.ts): one that is in no such lab, or whose part of it is no cluster file, is told here. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openCluster } from '../../src/api/open.ts'
import { LANES, liveCluster, liveRoles, liveRolesOf, writeLiveFiles } from '../contract/live-role.ts'

it('runs each lane', () => {
  for (const lane of LANES) {
    const test = `test/lanes/${lane}/power-cut.test.ts`
    expect(existsSync(test) && readFileSync(test, 'utf8').includes(`lane: '${lane}'`), test).toBe(true)
  }
})

it.each([undefined, ...LANES])(
  'has in lane %s a cluster file that is in order, with each role on a node',
  async (lane) => {
    const live = await liveRolesOf(lane)
    const folder = mkdtempSync(join(tmpdir(), 'bramble-live-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeLiveFiles(live, folder)
    writeFileSync(join(folder, 'cluster.yaml'), liveCluster(live))
    const opened = await openCluster({ folder, lab: false })
    if (!('cluster' in opened)) throw new Error(JSON.stringify(opened.diagnostics, undefined, 2))
    for (const [role] of live) expect(opened.cluster.resolved.cluster.find(role), role).not.toEqual([])
  },
)

it('leaves no role out, and none without something to look at', async () => {
  for (const [role, { lane, shows = [] }] of await liveRoles()) {
    expect((await liveRolesOf(lane)).has(role), role).toBe(true)
    expect([role, shows.length > 0]).toEqual([role, true])
  }
})
