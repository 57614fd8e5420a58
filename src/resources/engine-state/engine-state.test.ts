/** The kind `engine-state` keeps the contract of kinds; a state of somebody else ends a run before anything is changed. */
import { expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram, type ProgramRun } from '../../../test/contract/program-run.ts'
import { entryAt, makeRoot, removeRoot, type Tree } from '../../../test/contract/scratch-root.ts'
import { directory } from '../directory/directory.ts'
import { file } from '../file/file.ts'
import { engineState } from './engine-state.ts'

const FOLDER = '/var/lib/consul'
const KEYRING = `${FOLDER}/serf/local.keyring`
const OLD: Tree = {
  [`${FOLDER}/raft/raft.db`]: 'votes',
  [`${FOLDER}/serf/local.snapshot`]: 'members',
  [`${FOLDER}/notes.txt`]: 'mine',
}
const state = (found: 'refuse' | 'adopt' | 'set_aside' = 'refuse', folder = FOLDER) =>
  engineState({
    folder,
    engine: 'Consul',
    entries: ['raft', 'serf/local.snapshot', 'node-id'],
    owner: KEYRING,
    unit: 'consul',
    found,
    option: 'old_state',
  })

describeKind({
  kind: 'engine-state',
  cases: [
    {
      title: 'sets aside what another cluster left, whole',
      given: OLD,
      resources: [state('set_aside')],
      expected: {
        [`${FOLDER}/raft`]: null,
        [`${FOLDER}/serf/local.snapshot`]: null,
        [`${FOLDER}/notes.txt`]: 'mine',
        [`${FOLDER}.bramble-aside/raft/raft.db`]: 'votes',
        [`${FOLDER}.bramble-aside/serf/local.snapshot`]: 'members',
      },
    },
    {
      title: 'goes on with it where the user says so, and finds nothing where nothing is',
      given: OLD,
      resources: [state('adopt'), state('refuse', '/var/lib/other')],
      expected: { [`${FOLDER}/raft/raft.db`]: 'votes' },
      unchanged: [`engine-state:${FOLDER}`, 'engine-state:/var/lib/other'],
    },
  ],
  failing: {
    given: OLD,
    resources: [state()],
    message: /holds the state of another Consul: raft serf\/local\.snapshot; to go on/,
  },
  many: (count) => Array.from({ length: count }, (_, index) => state('set_aside', `/var/lib/many-${index}`)),
})

describeAsRoot('the state of an engine', () => {
  it('that another cluster left is told before anything is changed, with both ways out', async () => {
    const root = await makeRoot(OLD)
    const run = await runProgram(root, await programOf([state()]), 'check')
    expect(obstacles(run)).toEqual([
      [
        '/var/lib/consul holds the state of another Consul: raft serf/local.snapshot',
        'to go on with it write `old_state: adopt`, to begin without it `old_state: set_aside` (it is put back when the role leaves)',
      ],
    ])
    await removeRoot(root)
  })

  it('tells who the engine takes this node for, and in a plan of its removal what comes back', async () => {
    const root = await makeRoot({ ...OLD, [`${FOLDER}/node-id`]: '2c3f9c9e-1f4b\n' })
    const named = engineState({
      folder: FOLDER,
      engine: 'Consul',
      entries: ['raft', 'serf/local.snapshot'],
      owner: KEYRING,
      unit: 'consul',
      found: 'set_aside',
      option: 'old_state',
      identity: 'node-id',
    })
    const facts = ({ lines }: ProgramRun) =>
      lines
        .filter(({ type, fields }) => type === 'fact' && fields[0] === 'engine_ids')
        .map(({ fields }) => fields[1])
    expect(facts(await runProgram(root, await programOf([named]), 'check'))).toEqual(['Consul=2c3f9c9e-1f4b'])
    await runProgram(root, await programOf([named]), 'converge')
    const { lines } = await runProgram(root, await programOf([]), 'check')
    expect(lines.filter(({ type }) => type === 'orphan').map(({ fields }) => fields)).toEqual([
      ['engine-state', FOLDER, 'before', 'raft, serf'],
    ])
    await removeRoot(root)
  })

  it('that the engine made after Bramble had set it up is ours', async () => {
    const root = await makeRoot({ '/var/lib': { folder: true } })
    const serf = directory({ path: `${FOLDER}/serf` })
    const wanted = [state(), directory({ path: FOLDER }), serf, file({ path: KEYRING, content: 'k' })]
    expect((await runProgram(root, await programOf(wanted), 'converge')).failed).toEqual(new Map())
    await runProgram(
      root,
      await programOf([...wanted, file({ path: `${FOLDER}/node-id`, content: 'n' })]),
      'converge',
    )
    const again = await runProgram(
      root,
      await programOf([...wanted, file({ path: `${FOLDER}/node-id`, content: 'n' })]),
      'check',
    )
    expect(obstacles(again)).toEqual([])
    expect(again.differing).toEqual([])
    expect(await entryAt(root, `${FOLDER}/node-id`, '')).toBe('n')
    await removeRoot(root)
  })
})

function obstacles({ lines }: ProgramRun): (readonly string[])[] {
  return lines.filter(({ type }) => type === 'obstacle').map(({ fields }) => fields.slice(1))
}
