/** An emulated node: QEMU with a kernel of its own and a disk that forgets what was not flushed when its plug is pulled. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DISK_GIGABYTES, emulatedDisk } from './emulated-image.ts'
import { agentAnswers, runByAgent } from './guest-agent.ts'
import { ROOT_ENVIRONMENT, type NodeKind } from './node-kind.ts'
import { readRunning } from './running-process.ts'
import { step } from './step.ts'

/** Booted by `emulated-boot.sh`. */
export const emulated: NodeKind = {
  bootSeconds: 1800,
  // QEMU itself, and the machine code that it makes of the node's (tb-size= in emulated-boot.sh).
  overheadBytes: 512 * 2 ** 20,
  firstProcess: () => undefined,

  async makeDisk(folder, name, { base }, etc) {
    const make = ['create', '-q', '-f', 'qcow2']
    const words = [...make, '-F', 'raw', '-b', emulatedDisk(base), join(folder, 'disk.qcow2')]
    await step('qemu-img', words, { node: name })
    const second = [...make, join(folder, 'second.qcow2'), `${DISK_GIGABYTES}G`]
    await step('qemu-img', second, { node: name })
    await mkdir(join(folder, 'given'), { recursive: true })
    for (const [file, text] of Object.entries(etc)) await writeFile(join(folder, 'given', file), text)
  },

  async hasBooted(folder) {
    if (!(await agentAnswers(agentOf(folder)))) return false
    const looked = await emulated.exec(folder, ['test', '!', '-e', '/run/nologin'], {})
    return looked?.code === 0
  },

  async exec(folder, argv, options) {
    const isOn = (): boolean => readRunning(join(folder, 'boot')) !== undefined
    if (!isOn()) return undefined
    const words = ['/usr/bin/env', '-i', ...ROOT_ENVIRONMENT, ...argv]
    return runByAgent(agentOf(folder), words, options, isOn)
  },
}

function agentOf(folder: string): string {
  return join(folder, 'agent')
}
