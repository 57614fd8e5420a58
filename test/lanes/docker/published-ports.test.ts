/** Ports that containers publish, behind the firewall: reached by those to whom the cluster file gives them, and by nobody else. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart, labState } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { cannotHave } from '../../boards/boards.ts'
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

const TEXT = `cluster: published
domain: published.home.arpa
nodes:
  ada: { address: 192.168.42.10, model: pi4, memory: 1GiB }
  bob: { address: 192.168.42.11, model: pi4, memory: 1GiB }
roles:
  docker: { on: [ada] }
  firewall: { on: [ada] }
services:
  web: { on: [ada], port: 18080, to: cluster }
`
const GIVEN = 18080
const STRAY = 15432
const CONNECT = `require('node:net').connect({ host: process.argv[1], port: Number(process.argv[2]), timeout: 3000 })
  .on('connect', () => { console.log('open'); process.exit() }).on('error', () => process.exit()).on('timeout', () => process.exit())`

describe.skipIf(await cannotHave('published ports'))('ports that containers publish', () => {
  const cluster = new ClusterUnderTest('published', TEXT)
  let address = ''

  const member = async (port: number): Promise<boolean> => {
    const argv = ['-e', CONNECT, address, String(port)]
    const { stdout } = await cluster.inNetworkOf('bob', process.execPath, ...argv)
    return stdout.toString().trim() === 'open'
  }
  /** This computer is on the same network, and is no node. */
  const stranger = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port, timeout: 3000 })
      const end = (isOpen: boolean) => () => {
        socket.destroy()
        resolve(isOpen)
      }
      socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
    })
  const reaches = async () => ({
    member: [await member(GIVEN), await member(STRAY)],
    stranger: [await stranger(GIVEN), await stranger(STRAY)],
  })
  const isServed = () =>
    poll(async () => ({ passed: await member(GIVEN), detail: 'bob does not reach web' }), {
      patienceSeconds: 120,
    })

  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors).toBe(0)
    address = (await labState(cluster.id)).find(({ name }) => name === 'ada')?.address ?? ''
    await cluster.apply()
    await cluster.write('ada', '/root/image.tar', await archiveOf(BUSYBOX))
    await cluster.output('ada', 'docker', 'load', '--quiet', '--input', '/root/image.tar')
    for (const port of [GIVEN, STRAY]) {
      const words = ['--detach', '--restart', 'always', '--publish', `${port}:80`, BUSYBOX.name]
      await cluster.output('ada', 'docker', 'run', ...words, 'httpd', '-f', '-p', '80', '-h', '/bin')
    }
  })
  afterAll(() => cluster.remove())

  it('are open to those to whom the cluster file gives them alone', async () => {
    expect(await isServed()).toMatchObject({ passed: true })
    expect(await reaches()).toEqual({ member: [true, false], stranger: [false, false] })
  })

  it('are open to no stranger while Docker starts anew, nor after the plug was pulled', async () => {
    let got = 0
    const over = new AbortController()
    const trying = (async () => {
      while (!over.signal.aborted) {
        const open = await Promise.all([stranger(GIVEN), stranger(STRAY)])
        got += open.filter(Boolean).length
      }
    })()
    await cluster.output('ada', 'systemctl', 'restart', 'docker')
    expect(await isServed()).toMatchObject({ passed: true })
    await labKill(cluster.id, 'ada')
    await labStart(cluster.id, 'ada')
    expect(await isServed()).toMatchObject({ passed: true })
    over.abort()
    await trying
    expect(got).toBe(0)
    expect(await reaches()).toEqual({ member: [true, false], stranger: [false, false] })
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('are open to everyone when the cluster file says so, and Docker’s own rules stay as they are', async () => {
    const docker = async () =>
      (await cluster.output('ada', 'iptables-save')).replaceAll(/^#.*$|\[\d+:\d+\]/gm, '')
    const before = await docker()
    cluster.edit((text) => text.replace('to: cluster', 'to: everyone'))
    await cluster.apply()
    expect(await reaches()).toEqual({ member: [true, false], stranger: [true, false] })
    expect(await docker()).toBe(before)
  })

  it('leave no rule behind when all roles leave', async () => {
    cluster.edit((text) => `${text.replace(/roles:[^]*$/, '')}roles: {}\n`)
    await cluster.apply()
    const rules = (await cluster.inNetworkOf('ada', 'nft', 'list', 'ruleset')).stdout.toString()
    expect(rules).not.toMatch(/docker|bramble|policy drop/i)
    for (const path of ['/run/docker', '/run/docker.sock', '/run/containerd', '/var/lib/docker'])
      expect((await cluster.inside('ada', 'test', '-e', path)).code, path).toBe(1)
  })
})
