import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { slowFile, startController } from '../../../test/delivery/other-controller.ts'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { EventBody } from '../../events/event.ts'
import { file } from '../../resources/file/file.ts'
import type { Transport } from '../transport/transport.ts'
import { converge, leaseGroup, observe, release } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`lease.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined

describe.skipIf(noScratchNodes !== undefined)('the lease of a node', () => {
  let node: ScratchNode
  let transport: Transport
  beforeAll(async () => {
    node = await scratchNode()
  })
  beforeEach(async () => {
    transport = await node.transport([node.dial('ada')])
    await node.inside('sh', '-c', 'rm -rf /srv/* /var/lib/bramble/* /run/bramble')
  })
  afterEach(() => transport.close())
  afterAll(() => node.remove())

  const program = programOf('ada', [file({ path: '/srv/held', content: 'x' })])

  it('keeps a second apply away and says who holds it; a plan may look', async () => {
    const first = pushRun(transport, { by: 'ada@desk' })
    expect(await observe(first, program, 'apply', quiet)).toMatchObject({ reached: true })
    expect(await observe(pushRun(transport, { by: 'eve@laptop' }), program, 'apply', quiet)).toMatchObject({
      reached: false,
      failure: {
        code: 'NODE_BUSY',
        summary: expect.stringMatching(/^ada@desk works on ada since \d+ s$/) as string,
        why: expect.stringContaining(first.run) as string,
        fix: expect.stringContaining('--take-over') as string,
      },
    })
    expect(await observe(pushRun(transport), program, 'plan', quiet)).toMatchObject({ reached: true })
  })

  it('is waited for as long as was said, and told of once', async () => {
    const first = pushRun(transport, { by: 'ada@desk' })
    const found = await observe(first, program, 'apply', quiet)
    const told: EventBody[] = []
    const waiting = observe(pushRun(transport, { waitLockSeconds: 60 }), program, 'apply', (event) => {
      told.push(event)
      if (event.type === 'phase-started' && event.phase === 'wait' && found.reached)
        void release(first, found)
    })
    expect(await waiting).toMatchObject({ reached: true })
    const waits = told.filter((event) => event.type === 'phase-started' && event.phase === 'wait')
    expect(waits).toMatchObject([
      { node: 'ada', detail: expect.stringMatching(/^ada@desk works on ada/) as string },
    ])
  })

  it('is not waited for any longer than that, nor by a run that was stopped', async () => {
    await observe(pushRun(transport, { by: 'ada@desk' }), program, 'apply', quiet)
    const late = observe(pushRun(transport, { waitLockSeconds: 1 }), program, 'apply', quiet)
    expect(await late).toMatchObject({ reached: false, failure: { code: 'NODE_BUSY' } })
    const stop = new AbortController()
    const stopped = observe(
      pushRun(transport, { waitLockSeconds: 3600, signal: stop.signal }),
      program,
      'apply',
      ({ type, ...event }) => {
        if (type === 'phase-started' && 'phase' in event && event.phase === 'wait') stop.abort()
      },
    )
    expect(await stopped).toMatchObject({ reached: false })
  })

  it('is given to exactly one of many that want it at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 6 }, () => observe(pushRun(transport), program, 'apply', quiet)),
    )
    expect(all.filter(({ reached }) => reached)).toHaveLength(1)
  })

  it('is given back when nothing is to be converged after all', async () => {
    const first = pushRun(transport)
    const found = await observe(first, program, 'apply', quiet)
    if (found.reached) await release(first, found)
    expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
    expect(await observe(pushRun(transport), program, 'apply', quiet)).toMatchObject({ reached: true })
  })

  it('is asked before what was brought to a run that was cut off is thrown away', async () => {
    const incoming = '/var/lib/bramble/incoming'
    await node.inside('sh', '-c', `printf x >/srv/held; mkdir -p ${incoming}; echo secret >${incoming}/file`)
    const held = programOf('ada', [file({ path: '/srv/held', content: 'y' })])
    const first = pushRun(transport)
    const found = await observe(first, held, 'apply', quiet)
    await observe(pushRun(transport), program, 'plan', quiet)
    await observe(pushRun(transport), program, 'apply', quiet)
    expect(await node.text(`${incoming}/file`)).toBe('secret\n')
    if (found.reached) await release(first, found)
    await node.inside('sh', '-c', `mkdir -p ${incoming}`)
    expect(await observe(pushRun(transport), program, 'apply', quiet)).toMatchObject({ differing: [] })
    expect((await node.inside('test', '-e', '/var/lib/bramble')).code).toBe(1)
  })

  it('is taken to sweep what a run left that was cut at its very end', async () => {
    const state = '/var/lib/bramble'
    const left = async (): Promise<readonly string[]> => {
      await observe(pushRun(transport), program, 'plan', quiet)
      await observe(pushRun(transport), program, 'apply', quiet)
      return (await node.inside('ls', state)).stdout.toString().split('\n')
    }
    const foresee = (id: string) =>
      node.inside('sh', '-c', 'printf "%s\\tabsent\\t.\\n" "$1" >"$2"', 'sh', id, `${state}/foreseen`)
    const first = pushRun(transport)
    const found = await observe(first, program, 'apply', quiet)
    if (!found.reached) throw new Error('not reached')
    await converge(first, program, found, quiet)
    await foresee('abc')
    // What is not ours yet is for a run that converges.
    expect(await left()).toContain('foreseen')
    const owned = (await node.text(`${state}/owned`)) ?? ''
    await foresee(owned.replace(/\t.*/s, ''))
    expect(await left()).not.toContain('foreseen')
    expect(await left()).toContain('owned')
    // The last resource had been taken away, and the plug was pulled before the folder was.
    await node.inside('sh', '-c', `: >${state}/owned`)
    expect(await left()).toEqual([''])
  })

  it('runs out after a quarter of an hour', async () => {
    await observe(pushRun(transport), program, 'apply', quiet)
    // As if that time had passed: the third word is when it ends, in seconds since the start of the node.
    await node.inside('sed', '-i', 's/^\\([^ ]* [^ ]*\\) [0-9]*/\\1 1/', '/run/bramble/lease')
    expect(await observe(pushRun(transport), program, 'apply', quiet)).toMatchObject({ reached: true })
  })

  it('goes to the next run of a controller that is known to be dead', async () => {
    const dead = pushRun(transport)
    await observe(dead, program, 'apply', quiet)
    const next = pushRun(transport, { deadRuns: ['run-other', dead.run] })
    expect(await observe(next, program, 'apply', quiet)).toMatchObject({ reached: true })
  })

  it('is not lost to a run that was ousted and comes back', async () => {
    const ousted = pushRun(transport)
    const found = await observe(ousted, program, 'apply', quiet)
    const taker = pushRun(transport, { takeOver: true, by: 'eve@laptop' })
    const taken = await observe(taker, program, 'apply', quiet)
    if (!found.reached || !taken.reached) throw new Error('not reached')
    expect(await converge(ousted, program, found, quiet)).toMatchObject({ failure: { code: 'NODE_BUSY' } })
    expect(await converge(taker, program, taken, quiet)).toMatchObject({
      reached: true,
      summary: { changed: 1 },
    })
  })

  it.each([
    ['', slowFile()],
    [', also when it does not listen', slowFile('/srv/slow', "trap '' TERM")],
  ])('ends the program of the one that is ousted%s', async (_, resource) => {
    const slow = programOf('ada', [resource])
    const ousted = pushRun(transport)
    const found = await observe(ousted, slow, 'apply', quiet)
    if (!found.reached) throw new Error('not reached')
    let began = quiet
    const converging = new Promise<void>((resolve) => (began = resolve))
    const lost = converge(ousted, slow, found, (event) => {
      if (event.type === 'phase-started' && event.detail !== undefined) began()
    })
    await converging
    const taken = await observe(pushRun(transport, { takeOver: true }), program, 'apply', quiet)
    expect(taken).toMatchObject({ reached: true })
    expect(await lost).toMatchObject({ reached: false, failure: { code: 'PROGRAM_BROKE_OFF' } })
    expect((await node.inside('pgrep', '-f', 'srv/go')).stdout.toString()).toBe('')
  })

  it('leaves nothing of a killed controller whose program came to its end alone', async () => {
    const controller = await startController(node, {}, 'apply', 'run-alone')
    await controller.said('converging')
    await controller.kill()
    await node.inside('touch', '/srv/go')
    await vi.waitFor(async () => expect(await node.text('/run/bramble/lease')).toBeUndefined(), 20_000)
    const slow = programOf('ada', [slowFile()])
    const found = await observe(pushRun(transport, { deadRuns: ['run-alone'] }), slow, 'apply', quiet)
    expect(found).toMatchObject({ reached: true, differing: [] })
    expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
  })

  it('lets a later apply follow the program of a killed controller to its end, and then look for itself', async () => {
    const controller = await startController(node, {}, 'apply', 'run-killed')
    await controller.said('converging')
    await controller.kill()

    const slow = programOf('ada', [slowFile()])
    expect(await observe(pushRun(transport), slow, 'apply', quiet)).toMatchObject({
      reached: false,
      failure: { code: 'NODE_BUSY' },
    })
    const events: EventBody[] = []
    const found = observe(pushRun(transport, { deadRuns: ['run-killed'] }), slow, 'apply', (event) => {
      events.push(event)
      if (event.type === 'warning') void node.inside('touch', '/srv/go')
    })
    expect(await found).toMatchObject({ reached: true, differing: [] })
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'RUN_JOINED' }))
    expect(await node.text('/srv/slow')).toBe('slow')
    expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
  })

  describe('for a consensus group', () => {
    const take = { group: 'consul', wish: 'take', seconds: 300 } as const
    const give = { ...take, wish: 'give' } as const

    it('is one for all controllers, says who has it, and goes with the next one that is given it', async () => {
      const first = pushRun(transport, { by: 'ada@desk' })
      const other = pushRun(transport, { by: 'eve@laptop' })
      expect(await leaseGroup(first, 'ada', take)).toEqual({ kind: 'granted' })
      expect(await leaseGroup(first, 'ada', take)).toEqual({ kind: 'granted' })
      expect(await leaseGroup(other, 'ada', take)).toMatchObject({
        kind: 'held',
        run: first.run,
        by: 'ada@desk',
      })
      expect(await leaseGroup(other, 'ada', { ...take, group: 'vault' })).toEqual({ kind: 'granted' })
      await leaseGroup(other, 'ada', { ...give, group: 'vault' })
      // Nobody gives back what is another run's.
      await leaseGroup(other, 'ada', give)
      expect(await leaseGroup(other, 'ada', take)).toMatchObject({ kind: 'held' })
      await leaseGroup(first, 'ada', give)
      expect(await leaseGroup(other, 'ada', take)).toEqual({ kind: 'granted' })
      await leaseGroup(other, 'ada', give)
      expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
    })

    it('runs out, goes to the next run of a controller that is known to be dead, and can be taken over', async () => {
      const first = pushRun(transport)
      await leaseGroup(first, 'ada', take)
      const next = pushRun(transport, { deadRuns: ['run-other', first.run] })
      expect(await leaseGroup(next, 'ada', take)).toEqual({ kind: 'granted' })
      const taker = pushRun(transport, { takeOver: true })
      expect(await leaseGroup(taker, 'ada', take)).toEqual({ kind: 'granted' })
      // As if five minutes had passed: the third word is when it ends, in seconds since the start of the node.
      await node.inside('sed', '-i', 's/^\\([^ ]* [^ ]*\\) [0-9]*/\\1 1/', '/run/bramble/group.consul')
      expect(await leaseGroup(first, 'ada', take)).toEqual({ kind: 'granted' })
    })

    it('is given back after the run was stopped', async () => {
      const stop = new AbortController()
      const stopped = pushRun(transport, { signal: stop.signal })
      await leaseGroup(stopped, 'ada', take)
      const found = await observe(stopped, program, 'apply', quiet)
      stop.abort()
      await leaseGroup(stopped, 'ada', give)
      if (found.reached) await release(stopped, found)
      expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
    })

    it('is refused while the program of another run is at work, whoever has the lease and whoever takes it over', async () => {
      const slow = programOf('ada', [slowFile()])
      const first = pushRun(transport)
      const found = await observe(first, slow, 'apply', quiet)
      if (!found.reached) throw new Error('not reached')
      let began = quiet
      const converging = new Promise<void>((resolve) => (began = resolve))
      const done = converge(first, slow, found, (event) => {
        if (event.type === 'phase-started' && event.detail !== undefined) began()
      })
      await converging
      const taker = pushRun(transport, { takeOver: true, deadRuns: [first.run] })
      expect(await leaseGroup(taker, 'ada', take)).toEqual({ kind: 'at-work', run: first.run })
      expect(await leaseGroup(first, 'ada', take)).toEqual({ kind: 'granted' })
      await node.inside('touch', '/srv/go')
      await done
      expect(await leaseGroup(taker, 'ada', take)).toEqual({ kind: 'granted' })
    })
  })
})
