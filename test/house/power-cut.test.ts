/** Every role is unplugged on real nodes (test/contract/power-cut.ts): one that is in no such lab, or whose part of it is no cluster file, is told here. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openCluster } from '../../src/api/open.ts'
import { LANES, liveCluster, liveRoles, liveRolesOf, writeLiveFiles } from '../contract/live-role.ts'

const labs = new Map(
  [...(await liveRoles()).values()].map(({ lane, release }) => [
    `${lane ?? 'test'} ${release ?? ''}`,
    { ...(lane && { lane }), ...(release && { release }) },
  ]),
)

it('runs each lane', () => {
  for (const { lane, release } of labs.values()) {
    if (lane === undefined) continue
    const test = `test/lanes/${lane}/${release ?? 'power-cut'}.test.ts`
    const says = existsSync(test) ? readFileSync(test, 'utf8') : ''
    expect([test, says.includes(`lane: '${lane}'`)]).toEqual([test, true])
    expect([test, says.includes('release:')]).toEqual([test, release !== undefined])
  }
  expect(LANES.filter((lane) => ![...labs.values()].some((lab) => lab.lane === lane))).toEqual([])
})

it.each([...labs])(
  'has in the lab %s a cluster file that is in order, with each role on a node',
  async (_, lab) => {
    const live = await liveRolesOf(lab)
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
  for (const [role, { shows = [], lacks, ...lab }] of await liveRoles()) {
    if (lacks !== undefined) {
      console.log(`${role} is shown on no node: ${lacks}`)
      continue
    }
    expect((await liveRolesOf(lab)).has(role), role).toBe(true)
    expect([role, shows.length > 0]).toEqual([role, true])
  }
})
