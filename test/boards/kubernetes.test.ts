import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dirname, join } from 'node:path'
import { eventually } from '../engines/consul/eventually.ts'
import { builtProgram } from '../engines/engine-cache.ts'
import { Boards, cannotHave } from './boards.ts'
import { BUSYBOX } from './image.ts'
import { daemonSet } from './kubernetes-settings.ts'
import { Kubernetes, KUBERNETES_PACKAGES } from './kubernetes.ts'

const built = await builtProgram('kubernetes', 'kubeadm')
const lacking = 'lacks' in built ? [built.lacks] : []
const { path, version } = 'path' in built ? built : { path: '', version: '' }

describe.skipIf(await cannotHave('Kubernetes', ...lacking))('Kubernetes on a Pi 5 and two Pi 4', () => {
  const boards = new Boards('kubes', {
    ant: 'model: pi5, memory: 4GiB',
    bee: 'model: pi4, memory: 2GiB',
    cricket: 'model: pi4, memory: 2GiB',
  })
  const kubernetes = new Kubernetes(boards, version, (name) => join(dirname(path), name))

  beforeAll(async () => {
    await boards.timed('Kubernetes: three boards', () => boards.up(...KUBERNETES_PACKAGES))
    await boards.timed('Kubernetes: programs and images', () => kubernetes.install())
  })
  afterAll(() => boards.remove())

  it('forms a cluster of three with kubeadm', async () => {
    await boards.timed('Kubernetes: a cluster of three', () => kubernetes.form())
  })

  it('runs a pod on every board', async () => {
    await kubernetes.apply(daemonSet('web', BUSYBOX.name, ['httpd', '-f', '-p', '80', '-h', '/bin']))
    const everywhere = async () => {
      const isSo = (await kubernetes.running('web')).length === 3
      return isSo || kubernetes.kubectl('get', 'events', '--sort-by', '.lastTimestamp')
    }
    await boards.timed('Kubernetes: a pod on each', () => eventually('a pod on every board', 600, everywhere))
    const pods = await kubernetes.running('web')
    expect(pods.map(({ spec }) => spec.nodeName)).toEqual(['ant', 'bee', 'cricket'])
  })

  it('connects pods on different boards', async () => {
    const [, bee, cricket] = await kubernetes.running('web')
    const fetch = ['busybox', 'wget', '-q', '-O', '/dev/null', `http://${cricket?.status.podIP}/busybox`]
    await kubernetes.kubectl('exec', bee?.metadata.name ?? '', '--', ...fetch)
  })

  it('reaches the pods by the address of their service', async () => {
    const [pod] = await kubernetes.running('web')
    const address = await kubernetes.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')
    const fetch = ['busybox', 'wget', '-q', '-O', '/dev/null', `http://${address}/busybox`]
    await eventually('the service answers', 300, async () => {
      const words = ['--kubeconfig=/etc/kubernetes/admin.conf', 'exec', pod?.metadata.name ?? '']
      const { code, stderr } = await boards.inside('ant', 'kubectl', ...words, '--', ...fetch)
      return code === 0 || stderr
    })
    await boards.printMemory('Kubernetes')
  })

  it('leaves nothing when the lab is taken down with pods running', async () => {
    expect(await boards.tracesAfterDown()).toEqual([])
  })
})
