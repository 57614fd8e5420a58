/** One virtual node: made on disk, switched on, looked at, switched off. */
import { spawn } from 'node:child_process'
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { speedPercent } from '../hardware/speed.ts'
import { heard } from '../support/heard.ts'
import { run, type RunOptions, type RunResult } from '../support/run.ts'
import { groupFolders, joinedFolders, killGroup, makeGroup, readTrees, removeGroup } from './control-group.ts'
import { LabFailure, lastLines } from './lab-error.ts'
import type { LabBoard, LabNodeState } from './lab-spec.ts'
import { bridgeName, hardwareAddress, linkName, readResolvConf } from './network.ts'
import { killProcess, parseStat, readRunning } from './running-process.ts'
import { answersSsh } from './answers-ssh.ts'
import { step } from './step.ts'
import { besideLab, nodeFolder, nodeGroup, runnerGroup, type StoredNode } from './store.ts'
import { until } from './until.ts'

/** Against hanging: boots of five nodes on a slow computer with much else to do stay well below this. */
const BOOT_SECONDS = 300

/** What every node of a lab is given. */
export interface Given {
  readonly user: string
  readonly authorizedKeys: readonly string[]
  /** Apt's settings for the lab's package cache; empty without one. */
  readonly aptConf: string
}

/** The lines that the facts program reads inside the node. */
export function boardLines(board: LabBoard): string {
  return (
    `model=${board.model}\nserial=${board.serial}\nmemory=${board.memoryBytes}\n` +
    `architecture=${board.architecture}\nhas=${board.has.join(',')}\n` +
    // Sensors of a board that is well; a test writes others here.
    'throttled=0x0\nheat=45000\n'
  )
}

/** Makes a node's folder, or brings what the lab gives to it up to date. */
export async function prepareNode(
  key: string,
  name: string,
  node: StoredNode,
  board: LabBoard,
  given: Given,
): Promise<void> {
  const folder = nodeFolder(key, name)
  if (!existsSync(folder)) await makeDisk(folder, name, node)
  // Written in place: a running node has the folder bound.
  await mkdir(join(folder, 'given'), { recursive: true })
  await writeFile(join(folder, 'given/board'), boardLines(board))
  await writeFile(join(folder, 'given/login'), `${[given.user, ...given.authorizedKeys].join('\n')}\n`)
  await writeFile(join(folder, 'given/apt.conf'), given.aptConf)
  makeGroup(nodeGroup(key, name), {
    ...(node.memoryBytes !== undefined && { memoryBytes: node.memoryBytes }),
    speedPercent: speedPercent(board.model),
  })
  makeGroup(runnerGroup(key))
  await writeFile(join(folder, 'settings'), settings(key, name, node))
}

async function makeDisk(folder: string, name: string, node: StoredNode): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  for (const part of ['upper/etc', 'work', 'root']) await mkdir(join(draft, part), { recursive: true })
  // Container engines keep overlays of their own in /var/lib, and an overlay on an overlay fails.
  await step('cp', ['-a', join(node.base, 'var/lib'), join(draft, 'var-lib')], { node: name })
  await writeFile(join(draft, 'upper/etc/hostname'), `${name}\n`)
  await writeFile(join(draft, 'upper/etc/hosts'), hostsLines(name))
  await writeFile(join(draft, 'upper/etc/resolv.conf'), readResolvConf())
  await rename(draft, folder)
}

/** What Raspberry Pi OS has there, so that the node knows itself by name. */
function hostsLines(name: string): string {
  return `127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\nff02::1\t\tip6-allnodes\nff02::2\t\tip6-allrouters\n\n127.0.1.1\t${name}\n`
}

function settings(key: string, name: string, node: StoredNode): string {
  const number = node.address.slice(node.address.lastIndexOf('.') + 1)
  const lines: [string, string][] = [
    ...groupFolders(runnerGroup(key)).map((group): [string, string] => ['runner-group', group]),
    ...groupFolders(nodeGroup(key, name)).map((group): [string, string] => ['group', group]),
    ['base', node.base],
    ['machine', `bl-${key}-${number}`],
    ['name', name],
    ['address', node.address],
    ['gateway', node.address.replace(/\d+$/, '1')],
    ['bridge', bridgeName(key)],
    ['link', linkName(key, node.address)],
    ['mac', hardwareAddress(key, node.address)],
  ]
  return lines.map((line) => `${line.join(' ')}\n`).join('')
}

/** Switches a node on, unless it is on. Its runner is no child of ours in any sense that matters: it outlives us. */
export function switchOn(key: string, name: string): void {
  const folder = nodeFolder(key, name)
  if (readRunning(join(folder, 'runner'))) return
  const log = openSync(join(folder, 'log'), 'a')
  const child = heard(
    spawn('sh', [besideLab('node-runner.sh'), folder], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    }),
  )
  closeSync(log)
  child.unref()
}

/** Pulls the plug of a node: nothing in it gets to do anything any more. */
export async function switchOff(key: string, name: string): Promise<void> {
  const runner = readRunning(join(nodeFolder(key, name), 'runner'))
  // First, or it could boot the node again in between.
  if (runner) killProcess(runner)
  await killGroup(nodeGroup(key, name))
  await rm(join(nodeFolder(key, name), 'runner'), { force: true })
}

/** Switches a node off and removes all of it. */
export async function removeNode(key: string, name: string): Promise<void> {
  await switchOff(key, name)
  await removeGroup(nodeGroup(key, name))
  await rm(nodeFolder(key, name), { recursive: true, force: true })
}

/** Waits until one can log in: sshd has said who it is, and the node no longer says that it is still booting. */
export async function awaitNode(key: string, name: string, node: StoredNode): Promise<void> {
  const folder = nodeFolder(key, name)
  const isCut = existsSync(join(folder, 'cut'))
  const wasThere = await until(() => readRunning(join(folder, 'runner')), 10)
  const ready = await until(async () => {
    if (wasThere && !readRunning(join(folder, 'runner'))) return 'off'
    const pid = firstProcess(key, name)
    if (pid === undefined || existsSync(`/proc/${pid}/root/run/nologin`)) return undefined
    if (isCut || (await answersSsh(node.address))) return 'ready'
    return undefined
  }, BOOT_SECONDS)
  if (ready === 'ready') return
  const what = ready === 'off' ? 'went off while booting' : `sshd did not answer within ${BOOT_SECONDS} s`
  const log = join(folder, 'log')
  const output = existsSync(log) ? lastLines(await readFile(log, 'utf8')) : '  (nothing was written)'
  throw new LabFailure(`node ${name}: ${what} (sh node-runner.sh ${folder})\n${output}\nlog: ${log}`)
}

/** The first process of a node as this computer numbers it; none while it is off or only just starts. */
export function firstProcess(key: string, name: string): number | undefined {
  const boot = readRunning(join(nodeFolder(key, name), 'boot'))
  if (!boot) return undefined
  try {
    const children = readFileSync(`/proc/${boot.pid}/task/${boot.pid}/children`, 'utf8').trim().split(' ')
    return children.map(Number).find((pid) => pid > 0 && isFirst(pid))
  } catch {
    return undefined
  }
}

/** Whether systemd-nspawn's child has become the node's first process: it then has number 1 in a namespace below ours. */
function isFirst(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat.start !== undefined && /^NSpid:\t\d+(\t\d+)*\t1$/m.test(status)
}

/** How a node is right now. */
export function nodeState(key: string, name: string, node: StoredNode): LabNodeState {
  const folder = nodeFolder(key, name)
  const pid = firstProcess(key, name)
  return {
    name,
    address: node.address,
    running: readRunning(join(folder, 'runner')) !== undefined,
    cut: existsSync(join(folder, 'cut')),
    ...(pid !== undefined && { pid }),
    ...(node.memoryBytes !== undefined && { memoryLimitBytes: node.memoryBytes }),
  }
}

/** Runs a program as root inside a node, in its control groups and namespaces. */
export async function execInNode(
  key: string,
  name: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const pid = firstProcess(key, name)
  if (pid === undefined) throw new LabFailure(`node ${name} is off\n  type: bramble lab start ${name}`)
  const own = joinedFolders(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), readTrees())
  // Not beside the first process: with version 2, systemd ends all that is there when one of them lacks memory (OOMPolicy=).
  const groups = own.map((folder) => folder.replace(/\/init\.scope$/, '/bramble-lab.exec'))
  return run('sh', [besideLab('node-exec.sh'), String(pid), ...groups, '--', ...argv], options)
}
