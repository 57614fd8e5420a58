/** Program: tries a lab on the computer that it runs on, and prints what it saw as one line of JSON behind `SEEN `. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupFolders, LAB_GROUP, readTrees } from '../../src/lab/control-group.ts'
import { labDown, labExec, labUp } from '../../src/lab/lab.ts'
import { labKey, nodeGroup, STATE_FOLDER } from '../../src/lab/store.ts'
import { memoryKills } from '../lab/node-use.ts'

/** What this program prints. */
export interface Seen {
  readonly versions: readonly number[]
  readonly groups: readonly Readonly<Record<string, string>>[]
  readonly states: readonly string[]
  readonly groupsBelow: readonly string[]
  readonly eaten: readonly number[]
  readonly kills: readonly number[]
  readonly left: readonly string[]
}

const id = { cluster: 'emulated', folder: '/emulated' }
const BOARDS = { small: { model: 'zero-w', mebibytes: 192 }, large: { model: 'pi5', mebibytes: 768 } }
const names = Object.keys(BOARDS)

function onEach<T>(work: (node: string) => Promise<T>): Promise<T[]> {
  return Promise.all(names.map((node) => work(node)))
}

function settingsOf(node: string): Record<string, string> {
  const [folder = ''] = groupFolders(nodeGroup(labKey(id), node))
  const files = ['memory.max', 'memory.swap.max', 'cpu.weight']
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8').trim()]))
}

async function output(node: string, script: string): Promise<string> {
  return (await labExec(id, node, ['sh', '-c', script])).stdout.toString().trim()
}

const nodes = Object.entries(BOARDS).map(([name, { model, mebibytes }]) => ({
  name,
  board: { model, memoryBytes: mebibytes * 2 ** 20, serial: '1', architecture: 'arm64', has: [] },
}))
await labUp({ ...id, user: 'pi', authorizedKeys: [], nodes })
const states = await onEach((node) => output(node, 'systemctl is-system-running --wait'))
const below =
  'cd /sys/fs/cgroup && echo +cpu >cgroup.subtree_control && mkdir x && ls x/memory.max x/cpu.weight x/pids.max | xargs; rmdir x'
const groupsBelow = await onEach((node) => output(node, below))
const eaten = await onEach((node) =>
  labExec(id, node, ['sh', '-c', 'head -c 300M /dev/zero | tail >/dev/null']),
)
const kills = await onEach((node) => memoryKills(id, node))
const groups = names.map(settingsOf)
await labDown(id)
const left = groupFolders(LAB_GROUP).filter((folder) => existsSync(folder))
const seen: Seen = {
  versions: readTrees().map(({ version }) => version),
  groups,
  states,
  groupsBelow,
  eaten: eaten.map(({ code }) => code),
  kills,
  left: existsSync(STATE_FOLDER) ? [...left, ...readdirSync(STATE_FOLDER)] : left,
}
console.log(`SEEN ${JSON.stringify(seen)}`)
