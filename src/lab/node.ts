/** One virtual node, whatever its kind: made on disk, switched on, looked at, switched off. */
import { spawn } from 'node:child_process'
import { existsSync, openSync, closeSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { speedPercent } from '../hardware/speed.ts'
import { heard } from '../support/heard.ts'
import type { RunOptions, RunResult } from '../support/run.ts'
import { answersSsh } from './answers-ssh.ts'
import { container } from './container-node.ts'
import { groupFolders, killGroup, makeGroup, removeGroup } from './control-group.ts'
import { emulated } from './emulated-node.ts'
import { LabFailure, lastLines } from './lab-error.ts'
import type { LabBoard, LabNodeState } from './lab-spec.ts'
import { bridgeName, hardwareAddress, linkName, readResolvConf } from './network.ts'
import type { NodeKind } from './node-kind.ts'
import { killProcess, readRunning } from './running-process.ts'
import { besideLab, nodeFolder, nodeGroup, runnerGroup, type StoredNode } from './store.ts'
import { until } from './until.ts'

function kindOf(node: StoredNode): NodeKind {
  return node.emulated === true ? emulated : container
}

/** What every node of a lab is given. */
export interface Given {
  readonly user: string
  readonly authorizedKeys: readonly string[]
  /** Apt's settings for the lab's package cache; empty without one. */
  readonly aptConf: string
}

/** The lines that the facts program reads inside the node. */
export function boardLines(board: LabBoard, node: Pick<StoredNode, 'emulated'> = {}): string {
  return (
    `model=${board.model}\nserial=${board.serial}\nmemory=${board.memoryBytes}\n` +
    `architecture=${board.architecture}\nhas=${board.has.join(',')}\n` +
    (node.emulated === true ? 'emulated=yes\n' : '') +
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
  // Written in place: a running node sees the folder.
  await mkdir(join(folder, 'given'), { recursive: true })
  await writeFile(join(folder, 'given/board'), boardLines(board, node))
  await writeFile(join(folder, 'given/login'), `${[given.user, ...given.authorizedKeys].join('\n')}\n`)
  await writeFile(join(folder, 'given/apt.conf'), given.aptConf)
  await writeFile(join(folder, 'given/network'), `${node.address} ${gatewayOf(node)}\n`)
  makeGroup(nodeGroup(key, name), {
    ...(node.memoryBytes !== undefined && {
      memoryBytes: node.memoryBytes + kindOf(node).overheadBytes,
    }),
    // An emulated processor is slow enough.
    speedPercent: node.emulated === true ? 100 : speedPercent(board.model),
  })
  makeGroup(runnerGroup(key))
  await writeFile(join(folder, 'settings'), settings(key, name, node))
}

async function makeDisk(folder: string, name: string, node: StoredNode): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  await kindOf(node).makeDisk(draft, name, node, {
    hostname: `${name}\n`,
    hosts: hostsLines(name),
    'resolv.conf': readResolvConf(),
  })
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
    ['kind', node.emulated === true ? 'emulated' : 'container'],
    ['base', node.base],
    ['machine', `bl-${key}-${number}`],
    ['name', name],
    ['address', node.address],
    ['gateway', gatewayOf(node)],
    ['bridge', bridgeName(key)],
    ['link', linkName(key, node.address)],
    ['mac', hardwareAddress(key, node.address)],
    ...(node.memoryBytes === undefined ? [] : [['memory', String(node.memoryBytes)] as [string, string]]),
  ]
  return lines.map((line) => `${line.join(' ')}\n`).join('')
}

function gatewayOf({ address }: StoredNode): string {
  return address.replace(/\d+$/, '1')
}

/** What an emulated node finds in its battery clock at the next start; left out, the time of this computer. */
export async function setClock(key: string, name: string, clock: Date | undefined): Promise<void> {
  const file = join(nodeFolder(key, name), 'clock')
  if (clock) await writeFile(file, `${clock.toISOString().slice(0, 19)}\n`)
  else await rm(file, { force: true })
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
  const { hasBooted, bootSeconds } = kindOf(node)
  const ready = await until(async () => {
    if (wasThere && !readRunning(join(folder, 'runner'))) return 'off'
    if (!isCut && !(await answersSsh(node.address))) return undefined
    return (await hasBooted(folder)) ? 'ready' : undefined
  }, bootSeconds)
  if (ready === 'ready') return
  const what = ready === 'off' ? 'went off while booting' : `sshd did not answer within ${bootSeconds} s`
  const log = join(folder, 'log')
  const output = existsSync(log) ? lastLines(await readFile(log, 'utf8')) : '  (nothing was written)'
  throw new LabFailure(`node ${name}: ${what} (sh node-runner.sh ${folder})\n${output}\nlog: ${log}`)
}

/** Whether a node is on and has its cable. */
export function isOn(key: string, name: string): boolean {
  return readRunning(join(nodeFolder(key, name), 'boot')) !== undefined
}

/** How a node is right now. */
export function nodeState(key: string, name: string, node: StoredNode): LabNodeState {
  const folder = nodeFolder(key, name)
  const pid = kindOf(node).firstProcess(folder)
  return {
    name,
    address: node.address,
    running: readRunning(join(folder, 'runner')) !== undefined,
    cut: existsSync(join(folder, 'cut')),
    ...(node.emulated === true && { emulated: true }),
    ...(pid !== undefined && { pid }),
    ...(node.memoryBytes !== undefined && { memoryLimitBytes: node.memoryBytes }),
  }
}

/** Runs a program as root inside a node. */
export async function execInNode(
  key: string,
  name: string,
  node: StoredNode,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await kindOf(node).exec(nodeFolder(key, name), argv, options)
  if (!result) throw new LabFailure(`node ${name} is off\n  type: bramble lab start ${name}`)
  return result
}
