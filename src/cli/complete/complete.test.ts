import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../../test/cli/command-run.ts'
import { VERBS } from '../verbs.ts'

/** What is proposed for a command line; the last word is being typed. */
async function proposed(words: readonly string[], folder = officeFolder()): Promise<string[]> {
  const { out } = await bramble(['complete', '--', ...words], { folder })
  const lines = out.trimEnd().split('\n')
  return lines.slice(0, -1).map((line) => line.split('\t')[0] ?? '')
}

describe('completion proposes', () => {
  it('verbs and what is below them', async () => {
    expect(await proposed([''])).toEqual(expect.arrayContaining(VERBS.map(({ name }) => name)))
    expect(await proposed(['pl'])).toEqual(['plan'])
    expect(await proposed(['lab', 'k'])).toEqual(['kill'])
  })

  it('options of the verb and the common ones', async () => {
    expect(await proposed(['plan', '--de'])).toEqual(['--detailed-exitcode', '--debug'])
  })

  it('names of nodes from the cluster file', async () => {
    expect(await proposed(['ssh', 'ha'])).toEqual(['hammond'])
    expect(await proposed(['plan', '--node', 'te'])).toEqual(['tealc'])
    expect(await proposed(['lab', 'cut', 'hammond', 'o'])).toEqual(['oneil'])
    const folder = officeFolder()
    expect(await proposed(['-C', folder, 'ssh', 'ha'], scratchFolder())).toEqual(['hammond'])
  })

  it('groups, roles and labels, also behind a comma and behind what takes away', async () => {
    const folder = officeFolder()
    appendFileSync(
      join(folder, 'cluster.yaml'),
      '  ant: { address: 192.168.42.9, labels: { rack: "2" }, has: [speaker] }\ngroups: { core: [ant] }\nroles: { base: { on: core } }\n',
    )
    expect(await proposed(['plan', '-n', 'co'], folder)).toEqual(['core'])
    expect(await proposed(['plan', '-n', 'core,not:b'], folder)).toEqual(['core,not:base'])
    expect(await proposed(['facts', 'ant,!ra'], folder)).toEqual(['ant,!rack=2'])
    expect(await proposed(['plan', '-n', 'has'], folder)).toEqual(['has:speaker'])
  })

  it('the clients of the engines that the cluster has', async () => {
    const folder = officeFolder()
    expect(await proposed(['env', ''], folder)).toEqual([])
    const roles = 'consul-server: { on: [hammond, oneil, carter] }, docker: { on: tealc }'
    appendFileSync(join(folder, 'cluster.yaml'), `roles: { ${roles} }\n`)
    for (const verb of ['env', 'connect']) {
      expect(await proposed([verb, ''], folder)).toEqual(['consul', 'docker'])
      expect(await proposed(['-C', folder, verb, 'co'], scratchFolder())).toEqual(['consul'])
    }
    appendFileSync(join(folder, 'cluster.yaml'), 'nonsense: [')
    expect(await proposed(['env', ''], folder)).toEqual([])
  })

  it('codes, kinds of secrets and shells', async () => {
    expect(await proposed(['explain', 'UNKNOWN_K'])).toEqual(['UNKNOWN_KEY'])
    expect(await proposed(['secrets', 'import', '--kind', 'gos'])).toEqual(['gossip-key'])
    expect(await proposed(['completion', 'f'])).toEqual(['fish'])
  })

  it('nothing where there is no cluster file', async () => {
    expect(await proposed(['ssh', ''], scratchFolder())).toEqual([])
  })
})

describe('the script of', () => {
  it('bash proposes in a bash without the package bash-completion', async () => {
    const { out } = await bramble(['completion', 'bash'])
    const asked = `
      bramble() { printf 'hammond\\tthe first\\nhappy\\t\\n:4\\n'; }
      ${out}
      COMP_WORDS=(bramble ssh ham) COMP_CWORD=2
      compopt() { :; }
      __bramble_complete && printf '%s\\n' "\${COMPREPLY[@]}"`
    const bash = spawnSync('bash', ['--norc', '-c', asked], { encoding: 'utf8' })
    expect([bash.stdout, bash.stderr]).toEqual(['hammond\n', ''])
  })

  it.each(['zsh', 'fish'])('%s calls bramble back', async (shell) => {
    const { code, out } = await bramble(['completion', shell])
    expect(code).toBe(0)
    expect(out).toContain('bramble complete --')
  })
})
