/** Drives Debian's Docker on boards: brings an image, forms a swarm, asks what runs. */
import { archiveOf, type Image } from './image.ts'
import type { Boards } from './boards.ts'

/** Debian's packages for it. */
export const DOCKER_PACKAGES = ['docker.io', 'docker-cli'] as const

/** The Docker of each of some boards. */
export class Docker {
  readonly #boards: Boards

  constructor(boards: Boards) {
    this.#boards = boards
  }

  /** Runs the client on a node; it must end with 0. */
  run(node: string, ...words: string[]): Promise<string> {
    return this.#boards.output(node, 'docker', ...words)
  }

  /** Brings an image to every node. */
  async load(image: Image): Promise<void> {
    const archive = await archiveOf(image)
    await this.#boards.onEach(async (node) => {
      await this.#boards.write(node, '/var/lib/image.tar', archive)
      await this.run(node, 'load', '--quiet', '--input', '/var/lib/image.tar')
    })
  }

  /** Makes the first node the manager of a swarm and the others its workers. */
  async formSwarm(): Promise<void> {
    const [manager = '', ...workers] = this.#boards.names
    const address = await this.#boards.addressOf(manager)
    await this.run(manager, 'swarm', 'init', '--advertise-addr', address)
    const token = await this.run(manager, 'swarm', 'join-token', '--quiet', 'worker')
    await Promise.all(
      workers.map((node) => this.run(node, 'swarm', 'join', '--token', token, `${address}:2377`)),
    )
  }

  /** The containers that run on a node, by their numbers. */
  async running(node: string): Promise<string[]> {
    return (await this.run(node, 'ps', '--quiet', '--no-trunc')).split('\n').filter(Boolean)
  }

  /** On which nodes the tasks of a service run, as the manager says. */
  async nodesOf(service: string): Promise<string[]> {
    const [manager = ''] = this.#boards.names
    const format = '{{.Node}} {{.CurrentState}}'
    const tasks = await this.run(manager, 'service', 'ps', '--format', format, service)
    const rows = tasks.split('\n').map((row) => row.split(' '))
    return rows
      .filter(([, state]) => state === 'Running')
      .map(([node = '']) => node)
      .sort()
  }
}
