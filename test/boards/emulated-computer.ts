/** An emulated computer with control groups of version 2 alone: Debian's kernel on this computer's own files, which it only reads. */
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from '../../src/support/run.ts'

/** What is fetched and made once. */
const FOLDER = '/var/cache/bramble/emulator'
const EMULATOR = 'qemu-system-x86_64'

/** Why there can be no such computer here. */
export function emulatedLacks(): string[] {
  if (process.arch !== 'x64') return ['it is emulated on x86 only']
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const has = (program: string) => folders.some((folder) => existsSync(join(folder, program)))
  return [
    ...(has(EMULATOR) ? [] : ['type: sudo apt-get install qemu-system-x86']),
    ...(has('apt-get') ? [] : ['it takes its kernel from Debian']),
  ]
}

/** Runs a TypeScript program in it, and gives what was written on its console. */
export async function runEmulated(program: string): Promise<string> {
  await prepare()
  const start = join(import.meta.dirname, 'emulated-start.sh')
  const node = [process.execPath, '--import', 'jiti/register', program]
  const words = [
    'console=ttyS0',
    'quiet',
    'panic=-1',
    'cgroup_no_v1=all',
    '--',
    '/bin/sh',
    start,
    FOLDER,
    ...node,
  ]
  const options = {
    '-M': 'q35',
    '-cpu': 'max',
    '-smp': '2',
    '-m': '3072',
    '-kernel': join(FOLDER, 'vmlinuz'),
    '-initrd': join(FOLDER, 'initrd.gz'),
    '-append': words.join(' '),
    '-fsdev': 'local,id=own,path=/,security_model=passthrough,readonly=on,multidevs=remap',
    '-device': 'virtio-9p-pci,fsdev=own,mount_tag=computer',
    '-display': 'none',
    '-serial': 'stdio',
  }
  const argv = [...Object.entries(options).flat(), '-no-reboot']
  const { code, stdout, stderr } = await run(EMULATOR, argv, { timeoutSeconds: 1800 })
  if (code !== 0) throw new Error(`the emulator ended with ${code}: ${stderr}\n${stdout.toString()}`)
  return stdout.toString()
}

async function prepare(): Promise<void> {
  if (existsSync(FOLDER)) return
  mkdirSync(join(FOLDER, '..'), { recursive: true })
  const script = join(import.meta.dirname, 'emulated-prepare.sh')
  const init = join(import.meta.dirname, 'emulated-init.sh')
  const { code, stdout, stderr } = await run('sh', [script, FOLDER, init])
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr}${stdout.toString()}`)
}
