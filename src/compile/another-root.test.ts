/** A program that works on the root of another system touches nothing of the one that runs it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../test/contract/as-root.ts'
import { programOf, runProgram } from '../../test/contract/program-run.ts'
import { makeRoot, removeRoot, snapshot } from '../../test/contract/scratch-root.ts'
import { temporaryFolder } from '../../test/contract/temporary.ts'
import { command } from '../resources/command/command.ts'
import { file } from '../resources/file/file.ts'
import { run } from '../support/run.ts'

let root = ''
let outside = ''
beforeEach(async () => {
  outside = temporaryFolder('outside')
  root = await makeRoot()
})
afterEach(async () => {
  await removeRoot(root)
  await removeRoot(outside)
})

describeAsRoot('a program on the root of another system', () => {
  it.each(['dash', 'busybox'] as const)(
    'starts no command and no guard of a command, and says why (%s)',
    async (shell) => {
      const mark = join(outside, 'mark')
      const touch = ['touch', mark]
      const all = [
        command({ name: 'guarded', run: touch, unless: ['sh', '-c', `touch ${mark}; false`], onlyIf: touch }),
        command({ name: 'created', run: touch, creates: '/srv/made', undo: touch }),
        command({ name: 'once', run: touch, once: true }),
      ]
      const program = await programOf(all)
      const seen = await runProgram(root, program, 'check', { shell })
      expect(seen.differing).toEqual(['command:guarded', 'command:created', 'command:once'])
      const result = await runProgram(root, program, 'converge', { shell })
      for (const { name } of all) {
        expect(result.failed.get(`command:${name}`)?.message).toMatch(
          /^a command runs on the node itself, and .* is left for the first boot$/,
        )
      }
      const removal = await runProgram(root, await programOf([], ['command']), 'converge', { shell })
      expect([...removal.failed.values()].map(({ message }) => message)).toContainEqual(
        expect.stringMatching(/^what undoes a command/),
      )
      expect(existsSync(mark)).toBe(false)
    },
  )

  it('asks no checker of this computer for a new content', async () => {
    const mark = join(outside, 'mark')
    const checked = file({ path: '/etc/checked', content: 'x', validate: ['touch', mark] })
    const result = await runProgram(
      root,
      await programOf([checked, file({ path: '/etc/plain', content: 'x' })]),
      'converge',
    )
    expect(result.failed.get('file:/etc/checked')?.message).toMatch(
      /^touch checks the content, and can only do so on the node itself/,
    )
    expect(result.changed).toEqual(['file:/etc/plain'])
    expect(existsSync(mark)).toBe(false)
  })

  it('waits for no connection: nothing there can cut anybody off', async () => {
    const trial = file({ path: '/etc/firewall', content: 'shut', trial: true })
    const result = await runProgram(root, await programOf([trial]), 'converge')
    expect(result.lines.map(({ type }) => type)).not.toContain('trial')
    expect(result).toMatchObject({ changed: ['file:/etc/firewall'], failed: new Map() })
  })

  it('changes nothing outside of that root, whatever kind it has', async () => {
    const before = await snapshot(outside, true)
    const program = await programOf([
      command({ name: 'out', run: ['sh', '-c', `: >${outside}/made`], once: true }),
      file({ path: '/etc/motd', content: 'x', validate: ['sh', '-c', `: >${outside}/checked`] }),
    ])
    const { stdout } = await run('hostname', [])
    await runProgram(root, program, 'converge')
    expect(await snapshot(outside, true)).toEqual(before)
    expect((await run('hostname', [])).stdout.toString()).toBe(stdout.toString())
  })
})
