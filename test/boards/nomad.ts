/** Drives Nomad on boards: one server, the others clients; runs jobs and asks for their allocations. */
import { readFile } from 'node:fs/promises'
import { eventually } from '../engines/consul/eventually.ts'
import type { Boards } from './boards.ts'

/** Debian's packages for it: the only program that its tasks get to see. */
export const NOMAD_PACKAGES = ['busybox-static'] as const

/** What is asked of an allocation; names as in Nomad's API. */
interface Allocation {
  readonly ID: string
  readonly NodeName: string
  readonly ClientStatus: string
  readonly TaskStates: Readonly<
    Record<string, { readonly Events: readonly { readonly DisplayMessage: string }[] }>
  >
}

/** One task for the driver `exec`, on every client. */
export interface NomadJob {
  readonly name: string
  /** Of busybox. */
  readonly words: readonly string[]
  readonly memoryMegabytes: number
  /** Ends by itself. */
  readonly batch?: boolean
}

/** Nomad on some boards, the first of which is the server. */
export class Nomad {
  readonly #boards: Boards
  #api = ''

  constructor(boards: Boards) {
    this.#boards = boards
  }

  /** Starts the agents; resolves when every client is ready. */
  async start(program: string): Promise<void> {
    const [server = '', ...clients] = this.#boards.names
    const binary = await readFile(program)
    const address = await this.#boards.addressOf(server)
    this.#api = `http://${address}:4646`
    await this.#boards.onEach(async (node) => {
      await this.#boards.write(node, '/usr/local/bin/nomad', binary, '755')
      const role = node === server ? SERVER : client(address)
      const common = { name: node, data_dir: '/var/lib/nomad', bind_addr: await this.#boards.addressOf(node) }
      await this.#boards.write(node, '/etc/nomad.json', JSON.stringify({ ...common, ...role }))
      const agent = ['nomad', 'agent', '-config', '/etc/nomad.json']
      await this.#boards.output(node, 'systemd-run', '--quiet', '--unit', 'nomad', ...agent)
    })
    await eventually('Nomad has its clients', 300, async () => {
      const asked = await this.#boards.inside(server, ...this.#client('node', 'status', '-json'))
      if (asked.code !== 0) return asked.stderr
      const nodes = JSON.parse(asked.stdout.toString()) as { Status: string }[]
      const ready = nodes.filter(({ Status }) => Status === 'ready')
      return ready.length === clients.length || `${ready.length} are ready`
    })
  }

  /** Runs a job with one task on every client. */
  async run({ name, words, memoryMegabytes, batch = false }: NomadJob): Promise<void> {
    const task = {
      Name: name,
      Driver: 'exec',
      Config: { command: '/bin/busybox', args: words },
      Resources: { CPU: 50, MemoryMB: memoryMegabytes },
      RestartPolicy: { Attempts: 0, Mode: 'fail' },
    }
    const groups = [{ Name: name, Tasks: [task] }]
    const job = { ID: name, Datacenters: ['*'], Type: batch ? 'sysbatch' : 'system', TaskGroups: groups }
    const [server = ''] = this.#boards.names
    await this.#boards.write(server, `/tmp/${name}.json`, JSON.stringify({ Job: job }))
    await this.#ask('job', 'run', '-detach', '-json', `/tmp/${name}.json`)
  }

  /** The allocations of a job, by the name of their node. */
  async allocations(job: string): Promise<Allocation[]> {
    const found = JSON.parse(await this.#ask('job', 'allocs', '-json', job)) as Allocation[]
    return found.sort((a, b) => a.NodeName.localeCompare(b.NodeName))
  }

  /** What the only task of an allocation printed. */
  output({ ID }: Allocation): Promise<string> {
    return this.#ask('alloc', 'logs', ID)
  }

  #ask(...words: string[]): Promise<string> {
    return this.#boards.output(this.#boards.names[0] ?? '', ...this.#client(...words))
  }

  #client(...words: string[]): string[] {
    return ['env', `NOMAD_ADDR=${this.#api}`, 'nomad', ...words]
  }
}

const SERVER = { server: { enabled: true, bootstrap_expect: 1 } }

/** What a task sees of the node. Left out, it is a copy of all the node's programs; users are what `nobody` is looked up in. */
function client(server: string): object {
  const chroot = {
    '/usr/bin/busybox': '/bin/busybox',
    '/etc/passwd': '/etc/passwd',
    '/etc/group': '/etc/group',
  }
  return { client: { enabled: true, servers: [`${server}:4647`], chroot_env: chroot } }
}
