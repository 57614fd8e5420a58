import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { observe } from '../push/push.ts'

if (noScratchNodes !== undefined) console.warn(`jump.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined

describe.skipIf(noScratchNodes !== undefined)('a node behind a jump', () => {
  let gate: ScratchNode
  let node: ScratchNode
  beforeAll(async () => {
    // More than ten that have not logged in yet are turned away, as with the default but not by chance.
    gate = await scratchNode({ sshd: ['MaxStartups 10:100:10'] })
    node = await scratchNode()
  })
  afterAll(async () => {
    await gate.remove()
    await node.remove()
  })

  it('is reached through another node, and the keys of both are pinned', async () => {
    const dials = [gate.dial('gate'), gate.dial('ada', { port: node.port, via: 'gate' })]
    await node.inside('cp', `${gate.folder}/id.pub`, `${node.folder}/keys`)
    const transport = await gate.transport(dials)
    expect(await observe(pushRun(transport), programOf('ada', []), 'plan', quiet)).toMatchObject({
      reached: true,
    })
    const names = readFileSync(transport.knownHostsFile, 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(names).toEqual(['gate', 'ada', ''])
    await transport.close()
  })

  it('is not begun ahead, where many would hold all places of the jump before anybody speaks', async () => {
    const behind = Array.from({ length: 9 }, (_, index) => `zero${index}`)
    const dials = [
      gate.dial('gate'),
      ...behind.map((name) => gate.dial(name, { port: node.port, via: 'gate' })),
    ]
    const transport = await gate.transport(dials, { knownHostsFile: `${gate.folder}/many_hosts` })
    transport.begin(['gate', ...behind])
    const session = await transport.exec('zero8', ['true'])
    expect((await session.ended).code).toBe(0)
    expect([...transport.stats().keys()]).toEqual(['gate', 'zero8'])
    await transport.close()
  })

  it('is reached through a jump that is no node', async () => {
    const dials = [gate.dial('ada', { port: node.port, via: `root@localhost:${gate.port}` })]
    const transport = await gate.transport(dials, { knownHostsFile: `${gate.folder}/other_hosts` })
    const seen = await observe(pushRun(transport), programOf('ada', []), 'plan', quiet)
    // The jump takes its key from the user's own configuration, and there is none here.
    expect(seen).toMatchObject({ reached: false, failure: { code: 'AUTHENTICATION_FAILED' } })
    expect(readFileSync(transport.knownHostsFile, 'utf8')).toContain(`[localhost]:${gate.port} ssh-ed25519 `)
    await transport.close()
  })

  it('is reached with two dozen others at once, which sshd of the jump would not take', async () => {
    const names = Array.from({ length: 24 }, (_, index) => `n${index}`)
    const far = names.map((name) => gate.dial(name, { port: node.port, via: 'gate' }))
    const transport = await gate.transport([gate.dial('gate'), ...far])
    const all = await Promise.all(
      names.map((name) => observe(pushRun(transport), programOf(name, []), 'plan', quiet)),
    )
    expect(all.flatMap((seen) => (seen.reached ? [] : [seen.failure.summary]))).toEqual([])
    await transport.close()
    const lines = readFileSync(transport.knownHostsFile, 'utf8').split('\n')
    expect(lines).toHaveLength(new Set(lines).size)
  })
})
