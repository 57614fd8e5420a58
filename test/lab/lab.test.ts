import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir, uptime } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { groupFolders, groupProcesses, killGroup } from '../../src/lab/control-group.ts'
import {
  labCut,
  labDown,
  labExec,
  labKill,
  labList,
  labMend,
  labPreflight,
  labRemove,
  labStart,
  labState,
  labUp,
  type LabNodeState,
  type LabSpec,
} from '../../src/lab/lab.ts'
import { labGroup, labKey, nodeFolder, nodeGroup, PACKAGE_FOLDER } from '../../src/lab/store.ts'
import { until } from '../../src/lab/until.ts'
import { run, type RunResult } from '../../src/support/run.ts'
import { memoryKills, processorSeconds } from './node-use.ts'
import { expectNothingLeft, liveNamespaces, namespacesOf } from './traces.ts'

const lacking = await labPreflight()
if (lacking.length > 0) console.log(`skipped, the lab's tests cannot run here:\n  ${lacking.join('\n  ')}`)

const MIB = 2 ** 20
const folder = mkdtempSync(join(tmpdir(), 'bramble-lab-test-'))
const id = { cluster: 'trial', folder }
const twin = { cluster: 'trial', folder: join(folder, 'twin') }

function node(name: string, model: string, memoryMebibytes: number): LabSpec['nodes'][number] {
  const board = {
    model,
    serial: `1000${name}`,
    architecture: 'armv6',
    has: ['speaker', 'camera'],
  }
  return { name, board: { ...board, memoryBytes: memoryMebibytes * MIB } }
}

function specOf(identity: typeof id, nodes: LabSpec['nodes'], key = 'key'): LabSpec {
  const authorizedKeys = [readFileSync(join(folder, `${key}.pub`), 'utf8').trim()]
  return { ...identity, user: 'pi', authorizedKeys, nodes }
}

const NODES = [node('small', 'zero-w', 192), node('large', 'pi5', 768), node('third', 'pi3', 256)]

async function addressOf(name: string): Promise<string> {
  const state = (await labState(id)).find((candidate) => candidate.name === name)
  if (!state) throw new Error(`no node ${name}`)
  return state.address
}

async function ssh(name: string, command: string, key = 'key'): Promise<RunResult> {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'ConnectTimeout=2',
  ]
  const args = options.flatMap((option) => ['-o', option])
  return run('ssh', ['-F', 'none', '-i', join(folder, key), ...args, `pi@${await addressOf(name)}`, command])
}

async function inside(name: string, ...argv: string[]): Promise<string> {
  const result = await labExec(id, name, argv)
  return result.stdout.toString().trim() || result.stderr
}

const bootId = (name: string) => inside(name, 'cat', '/proc/sys/kernel/random/boot_id')

async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const held = await until(async () => ((await condition()) ? true : undefined), 60)
  if (!held) throw new Error(`waited a minute in vain: ${what}`)
}

describe.skipIf(lacking.length > 0)('a lab of virtual nodes', () => {
  let first: LabNodeState[]

  beforeAll(async () => {
    for (const key of ['key', 'other']) {
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)])
    }
    first = await labUp(specOf(id, NODES))
  })

  afterAll(async () => {
    await labDown(id)
    await labDown(twin)
    rmSync(folder, { recursive: true })
  })

  it('lets its user log in with a key and use sudo without a password', async () => {
    const result = await ssh('small', 'id -un; sudo -n id -un; hostname')
    expect(result.stdout.toString()).toBe('pi\nroot\nsmall\n')
  })

  it('reports every node as running, with its address and memory', () => {
    expect(
      first.map(({ name, running, cut, memoryLimitBytes }) => [name, running, cut, memoryLimitBytes]),
    ).toEqual([
      ['small', true, false, 192 * MIB],
      ['large', true, false, 768 * MIB],
      ['third', true, false, 256 * MIB],
    ])
  })

  it('boots nodes without a failed unit', async () => {
    for (const { name } of NODES) {
      expect(await inside(name, 'systemctl', 'is-system-running', '--wait')).toBe('running')
    }
  })

  it('tells a node what board it stands for, and lets nobody change it', async () => {
    expect(await inside('small', 'cat', '/run/bramble-lab/board')).toBe(
      `model=zero-w\nserial=1000small\nmemory=${192 * MIB}\narchitecture=armv6\nhas=speaker,camera\nthrottled=0x0\nheat=45000`,
    )
    expect(await inside('small', 'touch', '/run/bramble-lab/board')).toContain('Read-only')
  })

  it('gives each node host keys and a machine id of its own', async () => {
    const identity = (name: string) =>
      inside(name, 'cat', '/etc/machine-id', '/etc/ssh/ssh_host_ed25519_key.pub')
    const lines = (await Promise.all(NODES.map(({ name }) => identity(name)))).flatMap((text) =>
      text.split('\n'),
    )
    expect(lines.every((line) => line.length >= 32)).toBe(true)
    expect(new Set(lines).size).toBe(6)
  })

  it('connects the nodes with each other', async () => {
    const result = await ssh('small', `ping -c 1 -W 2 ${await addressOf('large')}`)
    expect(result.code, result.stderr).toBe(0)
  })

  it('lets nodes install packages, each fetched from the archive once', async () => {
    for (const name of ['large', 'third']) {
      const update = await labExec(id, name, ['apt-get', '-qq', 'update'])
      expect(update.code, update.stderr).toBe(0)
      const install = await labExec(id, name, ['apt-get', '-qq', 'install', 'hello'])
      expect(install.code, install.stderr).toBe(0)
      expect(await inside(name, 'hello')).toBe('Hello, world!')
    }
    const found = await run('find', [PACKAGE_FOLDER, '-name', 'hello_*.deb'])
    expect(found.stdout.toString().trim().split('\n')).toHaveLength(1)
  })

  it('shows a node the memory of its board as a limit', async () => {
    const limits = ['/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory.max']
    const result = await labExec(id, 'small', ['cat', ...limits])
    // With version 2 the limit is on the group above the one that the node sees as its root.
    if (result.stdout.length > 0) expect(result.stdout.toString().trim()).toBe(String(192 * MIB))
    else expect(groupFolders(nodeGroup(labKey(id), 'small'))).toHaveLength(1)
  })

  it('kills what needs more memory than the board has, in that node alone', async () => {
    const eat = ['sh', '-c', 'head -c 300M /dev/zero | tail']
    const [small, large] = await Promise.all([labExec(id, 'small', eat), labExec(id, 'large', eat)])
    expect([small.code, large.code]).toEqual([137, 0])
    expect(await memoryKills(id, 'small')).toBeGreaterThan(0)
    expect(await memoryKills(id, 'large')).toBe(0)
    expect((await ssh('small', 'true')).code).toBe(0)
  })

  it('gives a fast board more of a busy processor than a slow one', async () => {
    const busy = `for i in ${'x '.repeat(availableParallelism())}; do while :; do :; done & done; wait`
    for (const name of ['small', 'large'])
      await inside(name, 'systemd-run', '--quiet', '--unit', 'busy', 'sh', '-c', busy)
    const before = ['small', 'large'].map((name) => processorSeconds(id, name))
    const used = () => ['small', 'large'].map((name, at) => processorSeconds(id, name) - (before[at] ?? 0))
    // Declared are 2 and 100; the kernel balances over some time, the longer the more others work.
    await waitFor('the fast board has worked five seconds, and four times as much', () => {
      const [small = 0, large = 0] = used()
      return large > 5 && small < large / 4
    })
    await Promise.all(['small', 'large'].map((name) => inside(name, 'systemctl', 'stop', 'busy')))
  })

  it('lets a node write control groups and set sysctls of its network, as engines do', async () => {
    const script =
      'cd /sys/fs/cgroup; cd memory 2>/dev/null; mkdir x && rmdir x && sysctl -w net.ipv4.ip_forward=1'
    expect(await inside('small', 'sh', '-c', script)).toBe('net.ipv4.ip_forward = 1')
  })

  it('lets a node have settings of the kernel its way, as kubelets insist, and keeps them from the computer', async () => {
    const file = '/proc/sys/kernel/panic'
    const before = readFileSync(file, 'utf8')
    expect(await inside('small', 'sysctl', '-w', 'kernel.panic=77')).toBe('kernel.panic = 77')
    expect(await inside('small', 'cat', file)).toBe('77')
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(`${await inside('large', 'cat', file)}\n`).toBe(before)
  })

  it('lets no node set the clock, which is the computer’s', async () => {
    const script = 'date --set "@$(date +%s)"'
    expect(await labExec(id, 'small', ['sh', '-c', script])).toMatchObject({ code: 1 })
    expect((await ssh('small', `sudo ${script}`)).code).toBe(1)
  })

  it('gives engines a real file system below /var/lib, where overlays of their own work', async () => {
    const script =
      'cd /var/lib; mkdir -p o/l o/u o/w o/m; mount -t overlay -o lowerdir=o/l,upperdir=o/u,workdir=o/w x o/m && echo yes; umount o/m; rm -r o'
    expect(await inside('small', 'sh', '-c', script)).toBe('yes')
  })

  it('changes nothing when it is brought up again', async () => {
    const before = await Promise.all(NODES.map(({ name }) => bootId(name)))
    const again = await labUp(specOf(id, NODES))
    expect(again).toEqual(first)
    expect(await Promise.all(NODES.map(({ name }) => bootId(name)))).toEqual(before)
  })

  it('lets a new key in when it is brought up with one, without a boot', async () => {
    const before = await bootId('small')
    await labUp(specOf(id, NODES, 'other'))
    expect((await ssh('small', 'true', 'other')).code).toBe(0)
    await labUp(specOf(id, NODES))
    expect((await ssh('small', 'true')).code).toBe(0)
    expect(await bootId('small')).toBe(before)
  })

  it('brings a node back that reboots, as the same node with a fresh network', async () => {
    const [before, machine] = [await bootId('third'), await inside('third', 'cat', '/etc/machine-id')]
    await inside('third', 'ip', 'link', 'add', 'leftover', 'type', 'dummy')
    await ssh('third', 'sudo reboot')
    await waitFor('another boot id', async () => {
      const result = await ssh('third', 'cat /proc/sys/kernel/random/boot_id')
      return result.code === 0 && result.stdout.toString().trim() !== before
    })
    expect(await inside('third', 'cat', '/etc/machine-id')).toBe(machine)
    expect(await inside('third', 'ip', 'link')).not.toContain('leftover')
  })

  it('leaves a node off that was powered off, until it is started', async () => {
    await inside('third', 'poweroff')
    const isOff = async () => (await labState(id)).some((state) => state.name === 'third' && !state.running)
    await waitFor('the node is off', isOff)
    await expect(labExec(id, 'third', ['true'])).rejects.toThrow('bramble lab start third')
    await labStart(id, 'third')
    expect((await ssh('third', 'true')).code).toBe(0)
  })

  it('takes a node off the network and back while it runs on', async () => {
    const before = await bootId('large')
    await labCut(id, 'large')
    expect((await ssh('large', 'true')).code).toBe(255)
    expect((await labState(id)).find((state) => state.name === 'large')).toMatchObject({
      cut: true,
      running: true,
    })
    await labMend(id, 'large')
    await waitFor('the node answers', async () => (await ssh('large', 'true')).code === 0)
    expect(await bootId('large')).toBe(before)
  })

  it('keeps a pulled cable pulled over a boot', async () => {
    await labCut(id, 'large')
    await labKill(id, 'large')
    await labStart(id, 'large')
    expect((await ssh('large', 'true')).code).toBe(255)
    await labMend(id, 'large')
    await waitFor('the node answers', async () => (await ssh('large', 'true')).code === 0)
  })

  it('ends everything in a node whose plug is pulled, and boots it at the same address with its files', async () => {
    await inside('large', 'sh', '-c', 'echo kept >/home/pi/file')
    await labKill(id, 'large')
    expect(groupProcesses(nodeGroup(labKey(id), 'large'))).toEqual([])
    expect((await labState(id)).find((state) => state.name === 'large')?.running).toBe(false)
    await labStart(id, 'large')
    expect((await labState(id)).find((state) => state.name === 'large')).toMatchObject({
      running: true,
      address: first.find((state) => state.name === 'large')?.address,
    })
    expect(await inside('large', 'cat', '/home/pi/file')).toBe('kept')
  })

  it('keeps a node that left the cluster file until it may go, and makes one that is new', async () => {
    const two = NODES.filter(({ name }) => name !== 'third')
    await inside('third', 'touch', '/home/pi/kept')
    const told: string[] = []
    await labUp(specOf(id, two), ({ node: about = '', text }) => told.push(`${about} ${text}`))
    expect(told.join('\n')).toContain('third is not in the cluster file and stays as it is; bramble lab down')
    await labUp(specOf(id, NODES))
    expect(await inside('third', 'ls', '/home/pi/kept')).toBe('/home/pi/kept')
    await labRemove(id, ['third'])
    expect((await labState(id)).map((state) => state.name)).toEqual(['small', 'large'])
    const again = await labUp(specOf(id, NODES))
    expect(again.map((state) => state.address)).toEqual(first.map((state) => state.address))
    await labUp(specOf(id, two), undefined, { remove: true })
    expect(existsSync(nodeFolder(labKey(id), 'third'))).toBe(false)
    await labUp(specOf(id, NODES))
  })

  it('stands beside a lab of the same name in another folder', async () => {
    await labUp(specOf(twin, [node('small', 'zero-w', 192)]))
    const listed = (await labList()).filter((lab) => lab.folder.startsWith(folder))
    expect(listed.map((lab) => lab.nodes.length)).toEqual([3, 1])
    await labDown(twin)
    await expectNothingLeft(twin)
    expect((await ssh('small', 'true')).code).toBe(0)
  })

  it('says which node it has when asked for one that it has not', async () => {
    await expect(labCut(id, 'ghost')).rejects.toThrow('no node ghost; it has small, large, third')
  })

  it('leaves nothing when it is taken down', async () => {
    const namespaces = (await labState(id)).flatMap((state) => namespacesOf(state.pid ?? 0))
    const own = namespaces.filter((namespace) => !namespacesOf('self').includes(namespace))
    expect(own.length).toBeGreaterThanOrEqual(15)
    const ending = uptime()
    await labDown(id)
    await expectNothingLeft(id)
    expect(liveNamespaces(own, ending)).toEqual([])
    expect(await labState(id)).toEqual([])
  })

  it('leaves nothing when it is taken down after all its processes were killed', async () => {
    await labUp(specOf(id, NODES.slice(0, 1)))
    await killGroup(labGroup(labKey(id)))
    await labDown(id)
    await expectNothingLeft(id)
  })

  it('heals when it is brought up after all its processes were killed', async () => {
    await labUp(specOf(id, NODES.slice(0, 2)))
    await killGroup(labGroup(labKey(id)))
    const healed = await labUp(specOf(id, NODES.slice(0, 2)))
    expect(healed.every((state) => state.running)).toBe(true)
    expect((await ssh('small', 'true')).code).toBe(0)
    await labDown(id)
  })

  it('leaves nothing when whoever brought it up was killed half-way', async () => {
    const spec = JSON.stringify(specOf(id, NODES))
    const program = fileURLToPath(new URL('up-once.ts', import.meta.url))
    const up = spawn('node', ['--import', 'jiti/register', program, spec])
    await waitFor('the first node has its folder', () => existsSync(nodeFolder(labKey(id), 'small')))
    up.kill('SIGKILL')
    await labDown(id)
    await expectNothingLeft(id)
  })
})
