import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../engines/consul/eventually.ts'
import { memoryKills } from '../lab/node-use.ts'
import { Boards, cannotHave } from './boards.ts'
import { Docker, DOCKER_PACKAGES } from './docker.ts'
import { BUSYBOX } from './image.ts'

describe.skipIf(await cannotHave('Docker'))('Docker on a Pi 4, a Pi 3 and a Zero 2 W', () => {
  const boards = new Boards('docks', {
    ant: 'model: pi4, memory: 2GiB',
    bee: 'model: pi3, memory: 1GiB',
    cricket: 'model: zero-2-w, memory: 512MiB',
  })
  const docker = new Docker(boards)
  const image = BUSYBOX.name

  beforeAll(async () => {
    await boards.timed('Docker: three boards with it', () => boards.up(...DOCKER_PACKAGES))
    await docker.load(BUSYBOX)
  })
  afterAll(() => boards.remove())

  it('runs a container on every board', async () => {
    const said = await boards.onEach((node) =>
      docker.run(node, 'run', '--rm', '--hostname', `in-${node}`, image, 'hostname'),
    )
    expect(said).toEqual(['in-ant', 'in-bee', 'in-cricket'])
  })

  it('gives a container a share of the board that it cannot exceed', async () => {
    const limited = ['run', '--rm', '--memory', '32m', '--memory-swap', '32m']
    const hungry = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64M', 'count=1']
    expect((await boards.inside('ant', 'docker', ...limited, image, ...hungry)).code).toBe(137)
    expect(await docker.run('ant', ...limited, image, 'echo', 'still there')).toBe('still there')
  })

  it('forms a swarm and runs a task of a service on every board', async () => {
    await boards.timed('Docker: a swarm of three', () => docker.formSwarm())
    const service = ['service', 'create', '--quiet', '--detach', '--no-resolve-image', '--mode', 'global']
    await docker.run('ant', 'network', 'create', '--driver', 'overlay', '--attachable', 'mesh')
    const serve = ['httpd', '-f', '-p', '80', '-h', '/bin']
    // Names in place of a virtual address, for which not every kernel has the module (ip_vs).
    const reach = ['--network', 'mesh', '--endpoint-mode', 'dnsrr']
    await docker.run('ant', ...service, '--name', 'web', ...reach, image, ...serve)
    const everywhere = async () => {
      const nodes = (await docker.nodesOf('web')).join()
      return nodes === boards.names.join() || `there is one on ${nodes}`
    }
    await boards.timed('Docker: a task on each', () => eventually('a task on every board', 300, everywhere))
    expect((await boards.onEach((node) => docker.running(node))).map((ids) => ids.length)).toEqual([1, 1, 1])
  })

  it('connects containers on different boards, by the name of their service', async () => {
    const ask = (...words: string[]) =>
      docker.run('cricket', 'run', '--rm', '--network', 'mesh', image, ...words)
    const found = (await ask('nslookup', 'web')).match(/(?<=^Address: )10[\d.]+$/gm) ?? []
    expect(new Set(found).size).toBe(3)
    for (const address of found) await ask('wget', '-q', '-O', '/dev/null', `http://${address}/busybox`)
    await boards.printMemory('Docker')
  })

  it('loses to a lack of memory what runs on that board, and nothing on the others', async () => {
    const others = ['ant', 'bee']
    const before = await Promise.all(others.map((node) => docker.running(node)))
    const hungry = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=600M', 'count=1']
    const eaten = await boards.inside('cricket', 'docker', 'run', '--rm', image, ...hungry)
    expect(eaten.code, eaten.stderr).toBe(137)
    expect(await memoryKills(boards.id, 'cricket')).toBeGreaterThan(0)
    expect(await Promise.all(others.map((node) => memoryKills(boards.id, node)))).toEqual([0, 0])
    expect(await Promise.all(others.map((node) => docker.running(node)))).toEqual(before)
    // A board with more carries the same.
    await docker.run('ant', 'run', '--rm', image, ...hungry)
  })

  it('leaves nothing when the lab is taken down with all of this running', async () => {
    expect(await docker.running('ant')).toHaveLength(1)
    expect(await boards.tracesAfterDown()).toEqual([])
  })
})
