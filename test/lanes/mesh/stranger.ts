/** A computer on the network of a lab that is no node of it: a namespace with a cable to the lab's bridge. */
import { bridgeName, linkName } from '../../../src/lab/network.ts'
import { labKey, readLab } from '../../../src/lab/store.ts'
import { run, type RunResult } from '../../../src/support/run.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

/** The last number of its address; nodes have lower ones. */
const NUMBER = 250

/** Somebody who has plugged in a cable. */
export class Stranger {
  readonly #namespace: string

  static async plugIn(cluster: ClusterUnderTest): Promise<Stranger> {
    const key = labKey(cluster.id)
    const lab = await readLab(key)
    if (lab === undefined) throw new Error('the lab is not up')
    const address = `${lab.network}.${NUMBER}`
    const stranger = new Stranger(`bramble-stranger-${key}`)
    const link = linkName(key, address)
    await ip('netns', 'add', stranger.#namespace)
    await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', stranger.#namespace)
    await ip('link', 'set', link, 'master', bridgeName(key), 'up')
    await stranger.#ip('address', 'add', `${address}/24`, 'dev', 'eth0')
    await stranger.#ip('link', 'set', 'eth0', 'up')
    return stranger
  }

  private constructor(namespace: string) {
    this.#namespace = namespace
  }

  /** Sends what is meant for a network to an address. */
  async route(network: string, through: string): Promise<void> {
    await this.#ip('route', 'replace', network, 'via', through)
  }

  /** Runs a program of this computer in its network. */
  run(program: string, ...args: string[]): Promise<RunResult> {
    return run('ip', ['netns', 'exec', this.#namespace, program, ...args])
  }

  #ip(...words: string[]): Promise<void> {
    return ip('-n', this.#namespace, ...words)
  }

  /** Its cable goes with it. */
  async remove(): Promise<void> {
    await ip('netns', 'delete', this.#namespace)
  }
}

async function ip(...words: string[]): Promise<void> {
  const { code, stderr } = await run('ip', words)
  if (code !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`)
}
