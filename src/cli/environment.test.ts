import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../test/cli/command-run.ts'
import { officePlan } from '../../test/cli/example-run.ts'
import type { RunOptions } from '../api/index.ts'
import type { CommandUnknownOpts } from './command.ts'
import { takeEnvironment, variableOf } from './environment.ts'
import { buildProgram } from './program.ts'

const silent = { out: (): void => undefined, err: (): void => undefined, columns: 80 }

/** A plan with this environment: how it ended, and what it asked of the API. */
async function plan(environment: NodeJS.ProcessEnv, ...words: string[]) {
  const given: RunOptions[] = []
  async function* recorded(_cluster: unknown, options: RunOptions = {}) {
    given.push(options)
    yield* officePlan()
  }
  const end = await bramble([...words, 'plan'], {
    folder: officeFolder(),
    environment,
    api: { plan: recorded },
  })
  return { ...end, given: given[0] }
}

describe('a variable of the environment', () => {
  it('stands for the option of its name', async () => {
    const { given } = await plan({
      BRAMBLE_NODE: 'hammond,oneil',
      BRAMBLE_WAIT_LOCK: '60',
      BRAMBLE_TIMEOUT: '5',
    })
    expect(given).toMatchObject({ nodes: ['hammond', 'oneil'], waitLockSeconds: 60, timeoutSeconds: 5 })
  })

  it('counts less than what is typed, before the verb or behind it', async () => {
    const folder = officeFolder()
    const environment = { BRAMBLE_FOLDER: scratchFolder() }
    expect((await bramble(['check'], { environment, folder })).err).toContain('CLUSTER_FILE_MISSING')
    expect((await bramble(['-C', folder, 'check'], { environment })).code).toBe(0)
    expect((await bramble(['check', '-C', folder], { environment })).code).toBe(0)
  })

  it('switches on and off', async () => {
    const json = async (value: string) => (await plan({ BRAMBLE_JSON: value })).out.startsWith('{')
    for (const on of ['1', 'true', 'Yes']) expect(await json(on)).toBe(true)
    for (const off of ['0', 'false', 'no', '']) expect(await json(off)).toBe(false)
  })

  it.each([
    ['BRAMBLE_CONCURRENCY', 'many', 'BRAMBLE_CONCURRENCY=many is no value of --concurrency'],
    ['BRAMBLE_LAB', 'maybe', 'BRAMBLE_LAB=maybe switches --lab neither on (1) nor off (0)'],
  ])('%s with a wrong value is named', async (name, value, text) => {
    const { code, err } = await plan({ [name]: value })
    expect(code).toBe(64)
    expect(err).toContain(text)
    expect((await bramble(['plan', '--help'], { environment: { [name]: value } })).code).toBe(0)
  })

  it('works for every option of every command', async () => {
    const program = await buildProgram('all', { run: () => Promise.resolve() }, silent)
    const all = (command: CommandUnknownOpts): CommandUnknownOpts[] => [
      command,
      ...command.commands.flatMap(all),
    ]
    const missed = all(program).flatMap((command) =>
      command.options.flatMap((option) => {
        if (option.long === '--version') return []
        const wanted = option.long === '--since' ? '1h' : '1'
        const value = option.argChoices?.[0] ?? (option.required || option.optional ? wanted : 'yes')
        takeEnvironment(command, { [variableOf(option)]: value })
        const isTaken = command.getOptionValueSource(option.attributeName()) === 'env'
        return isTaken ? [] : [`${command.name()} ${option.flags}`]
      }),
    )
    expect(missed).toEqual([])
  })

  it('is told of in the help', async () => {
    expect((await bramble(['--help'])).out).toContain('BRAMBLE_WAIT_LOCK=600 is --wait-lock 600')
  })
})

describe('-f', () => {
  it('names a cluster file of any name; its folder is that of the cluster', async () => {
    const folder = officeFolder()
    mkdirSync(join(folder, 'sites'))
    renameSync(join(folder, 'cluster.yaml'), join(folder, 'sites', 'harbour.yaml'))
    expect((await bramble(['check'], { folder })).err).toContain('CLUSTER_FILE_MISSING')
    const { code, out } = await bramble(['-f', 'sites/harbour.yaml', 'check'], { folder })
    expect([code, out.includes('office: 5 nodes')]).toEqual([0, true])
    expect((await bramble(['check', '-C', 'sites', '-f', 'harbour.yaml', '--json'], { folder })).code).toBe(0)
  })

  it('says which file is not there', async () => {
    const { code, err } = await bramble(['check', '-f', 'gone.yaml'], { folder: officeFolder() })
    expect(code).toBe(1)
    expect(err).toContain('CLUSTER_FILE_UNREADABLE')
    expect(err).toContain('gone.yaml')
  })
})
