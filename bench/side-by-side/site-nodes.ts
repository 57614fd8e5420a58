/** The nodes that all contenders work on: virtual nodes of Debian 12 with Python, each behind a relay. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { REPOSITORY } from '../built.ts'
import { nodeGroup, labKey } from '../../src/lab/store.ts'
import { built } from '../built.ts'
import { groupSeconds } from '../command-group.ts'
import { Relay } from '../relay.ts'
import { ScratchCluster } from '../scratch-lab.ts'
import type { Site, SiteNode } from './contender.ts'

const USER = 'pi'
/** What Ansible needs of a node, beside Python itself. */
const NEEDED = ['python3', 'python3-apt']

/** The one key exchange that all contenders use; paramiko, which pyinfra brings, prefers it by itself. */
const KEY_EXCHANGE = 'curve25519-sha256'

function labText(nodes: number): string {
  const names = Array.from({ length: nodes }, (_, index) => `n${String(index + 1).padStart(2, '0')}`)
  return stringify({
    cluster: 'bench-site',
    domain: 'bench.home.arpa',
    access: { user: USER },
    // What Debian's Ansible and Mitogen know is Debian 12's own Python.
    lab: { release: 'bookworm', share_memory: true },
    nodes: Object.fromEntries(
      names.map((name, index) => [
        name,
        { address: `192.168.230.${index + 1}`, model: 'pi4', memory: '1GiB' },
      ]),
    ),
  })
}

/** Nodes, relays, and the home folder of whoever works on them. */
export class SiteNodes {
  readonly cluster: ScratchCluster
  readonly #addresses: ReadonlyMap<string, string>
  #relays: readonly Relay[] = []
  #nodes: readonly SiteNode[] = []

  private constructor(cluster: ScratchCluster, addresses: ReadonlyMap<string, string>) {
    this.cluster = cluster
    this.#addresses = addresses
  }

  /** Boots the nodes and gives them Python. */
  static async up(count: number, say: (text: string) => void): Promise<SiteNodes> {
    const cluster = await ScratchCluster.ofText('bench-site', labText(count))
    say(`booting ${count} nodes`)
    await cluster.up()
    const states = await built.lab().labState({ cluster: cluster.name, folder: cluster.folder })
    const site = new SiteNodes(cluster, new Map(states.map(({ name, address }) => [name, address])))
    say('installing Python on them')
    const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${NEEDED.join(' ')}`
    await site.everywhere('sh', '-c', install)
    await site.#makeHome()
    return site
  }

  get names(): readonly string[] {
    return [...this.#addresses.keys()]
  }

  get relays(): readonly Relay[] {
    return this.#relays
  }

  get home(): string {
    return join(this.cluster.folder, 'home')
  }

  /** Runs a program as root on every node, not over SSH. */
  async everywhere(...argv: string[]): Promise<string[]> {
    return Promise.all(this.names.map((name) => this.cluster.inNode(name, ...argv)))
  }

  /** Takes the wanted state back. */
  async reset(packages: readonly string[]): Promise<void> {
    const program = await readFile(join(REPOSITORY, 'bench/side-by-side/reset.sh'), 'utf8')
    await this.everywhere('sh', '-c', program, 'sh', ...packages)
  }

  /** Puts relays of this delay in front of the first `count` nodes. */
  async openRelays(count: number, roundTripMilliseconds: number): Promise<void> {
    await this.closeRelays()
    const nodes = [...this.#addresses].slice(0, count)
    this.#relays = await Promise.all(
      nodes.map(([, address], index) =>
        Relay.open({
          listen: { address: `127.77.0.${index + 1}`, port: 0 },
          to: { address, port: 22 },
          roundTripMilliseconds,
        }),
      ),
    )
    this.#nodes = nodes.map(([name], index) => ({
      name,
      address: `127.77.0.${index + 1}`,
      port: this.#relays[index]?.port ?? 0,
    }))
    await writeFile(join(this.home, '.ssh/config'), this.#sshConfig())
  }

  async closeRelays(): Promise<void> {
    await Promise.all(this.#relays.map((relay) => relay.close()))
    this.#relays = []
  }

  /** The site as a contender sees it. */
  async site(contender: string): Promise<Site> {
    const folder = join(this.cluster.folder, 'contenders', contender)
    await mkdir(folder, { recursive: true })
    return {
      nodes: this.#nodes,
      user: USER,
      home: this.home,
      sshConfig: join(this.home, '.ssh/config'),
      folder,
    }
  }

  /** Processor time of the nodes that have a relay since they were made, in seconds. */
  nodeSeconds(): number {
    const key = labKey({ cluster: this.cluster.name, folder: this.cluster.folder })
    return this.#nodes.reduce((sum, { name }) => sum + groupSeconds(nodeGroup(key, name)), 0)
  }

  async remove(): Promise<void> {
    await this.closeRelays()
    await this.cluster.remove()
  }

  async #makeHome(): Promise<void> {
    await mkdir(join(this.home, '.ssh'), { recursive: true, mode: 0o700 })
    const { paths } = await this.cluster.open()
    await copyFile(paths.labKeyFile, join(this.home, '.ssh/id_ed25519'))
  }

  #sshConfig(): string {
    const blocks = this.#nodes.map(
      ({ name, address, port }) => `Host ${name}\n  HostName ${address}\n  Port ${port}\n\n`,
    )
    return `${blocks.join('')}Host *
  User ${USER}
  IdentityFile ${this.home}/.ssh/id_ed25519
  IdentitiesOnly yes
  KexAlgorithms ${KEY_EXCHANGE}
  StrictHostKeyChecking accept-new
  UserKnownHostsFile ${this.home}/known_hosts
  LogLevel ERROR
`
  }
}
