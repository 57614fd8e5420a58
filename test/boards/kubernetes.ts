/** Drives a kubeadm cluster on boards: brings programs and images, forms it, connects the pods, asks what runs. */
import { readFile } from 'node:fs/promises'
import { eventually } from '../engines/consul/eventually.ts'
import type { Boards } from './boards.ts'
import { archiveOf, BUSYBOX, type Image } from './image.ts'
import {
  cniSettings,
  CONTAINERD,
  initSettings,
  joinSettings,
  KUBELET_UNIT,
  PAUSE,
  REPOSITORY,
  type Formation,
} from './kubernetes-settings.ts'

/** Debian's packages for it. */
export const KUBERNETES_PACKAGES = [
  'containerd',
  'containernetworking-plugins',
  'etcd-server',
  'kubernetes-client',
] as const

/** What the kubelet needs of a pod. */
interface Pod {
  readonly spec: { readonly nodeName: string }
  readonly metadata: { readonly name: string }
  readonly status: { readonly phase: string; readonly podIP?: string }
}

interface Node {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly podCIDR?: string }
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] }
}

const CONTROL_PLANE = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const
/** Checks of kubeadm that fail for reasons of this setting. */
const NOT_CHECKED = [
  // There is no file with the kernel's build options, and control groups may be of version 1.
  'SystemVerification',
  'FileContent--proc-sys-net-bridge-bridge-nf-call-iptables',
  // Debian's is a little older than what kubeadm would start itself.
  'ExternalEtcdVersion',
  // Built with a Go that no longer takes the addresses that kubeadm 1.34 looks up proxies for (`https://[10.96.0.1]`).
  'HTTPProxyCIDR',
]

/** Kubernetes on some boards, the first of which has the control plane. */
export class Kubernetes {
  readonly #boards: Boards
  readonly #version: string
  readonly #program: (name: string) => string

  /** `program` gives the path of a program of Kubernetes on this computer. */
  constructor(boards: Boards, version: string, program: (name: string) => string) {
    this.#boards = boards
    this.#version = version
    this.#program = program
  }

  /** Brings programs, settings and images to every node. */
  async install(): Promise<void> {
    const programs = await Promise.all(['kubeadm', 'kubelet'].map((name) => this.#read(name)))
    const everywhere = await Promise.all([PAUSE_IMAGE, BUSYBOX, this.#proxyImage()].map(archiveOf))
    const control = await Promise.all(CONTROL_PLANE.map((name) => archiveOf(this.#image(name))))
    await this.#boards.onEach(async (node) => {
      for (const [name, bytes] of programs)
        await this.#boards.write(node, `/usr/local/bin/${name}`, bytes, '755')
      await this.#boards.write(node, '/etc/containerd/config.toml', CONTAINERD)
      await this.#boards.write(node, '/etc/systemd/system/kubelet.service', KUBELET_UNIT)
      await this.#boards.output(node, 'systemctl', 'restart', 'containerd')
      await this.#boards.output(node, 'sysctl', '-w', 'net.ipv4.ip_forward=1')
      for (const archive of [...everywhere, ...(node === this.#first ? control : [])]) {
        await this.#boards.write(node, '/var/lib/image.tar', archive)
        await this.#boards.output(node, 'ctr', '-n', 'k8s.io', 'images', 'import', '/var/lib/image.tar')
      }
    })
  }

  /** Makes the control plane and has the others join it; resolves when every node is ready. */
  async form(): Promise<void> {
    const address = await this.#boards.addressOf(this.#first)
    const formation: Formation = { version: this.#version, address, token: 'abcdef.0123456789abcdef' }
    const skip = ['--skip-phases', 'addon/coredns']
    await this.#kubeadm(this.#first, initSettings(formation), 'init', ...skip)
    const others = this.#boards.names.slice(1)
    await Promise.all(others.map((node) => this.#kubeadm(node, joinSettings(formation), 'join')))
    await this.#connectPods()
    await eventually('every node is ready', 600, async () => {
      const ready = (await this.#nodes()).filter(({ status }) =>
        status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      )
      const names = ready.map(({ metadata }) => metadata.name)
      return names.length === this.#boards.names.length || `only ${names.join()}`
    })
  }

  /** Creates what a manifest says. */
  async apply(manifest: string): Promise<void> {
    await this.#boards.write(this.#first, '/tmp/manifest', manifest)
    await this.kubectl('apply', '-f', '/tmp/manifest')
  }

  /** The pods of an application that run, in the order of their nodes. */
  async running(app: string): Promise<Pod[]> {
    const { items } = JSON.parse(await this.kubectl('get', 'pods', '-l', `app=${app}`, '-o', 'json')) as {
      items: Pod[]
    }
    return items
      .filter(({ status }) => status.phase === 'Running')
      .sort((a, b) => a.spec.nodeName.localeCompare(b.spec.nodeName))
  }

  /** Runs the client beside the control plane; it must end with 0. */
  kubectl(...words: string[]): Promise<string> {
    return this.#boards.output(this.#first, 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words)
  }

  get #first(): string {
    return this.#boards.names[0] ?? ''
  }

  async #kubeadm(node: string, settings: string, verb: string, ...words: string[]): Promise<void> {
    await this.#boards.write(node, '/etc/kubernetes/kubeadm.yaml', settings, '600')
    const options = [
      '--config',
      '/etc/kubernetes/kubeadm.yaml',
      `--ignore-preflight-errors=${NOT_CHECKED.join()}`,
    ]
    await this.#boards.output(node, 'kubeadm', verb, ...options, ...words)
  }

  /** Gives each node its part of the pods' network and a way to the parts of the others. */
  async #connectPods(): Promise<void> {
    const nodes = await this.#nodes()
    const parts = await Promise.all(
      nodes.map(async ({ metadata: { name }, spec: { podCIDR = '' } }) => {
        return { name, podCIDR, address: await this.#boards.addressOf(name) }
      }),
    )
    for (const { name, podCIDR, address } of parts) {
      await this.#boards.write(name, '/etc/cni/net.d/10-pods.conflist', cniSettings(podCIDR))
      for (const other of this.#boards.names.filter((node) => node !== name)) {
        await this.#boards.output(other, 'ip', 'route', 'replace', podCIDR, 'via', address)
      }
    }
  }

  async #nodes(): Promise<Node[]> {
    return (JSON.parse(await this.kubectl('get', 'nodes', '-o', 'json')) as { items: Node[] }).items
  }

  async #read(name: string): Promise<[string, Buffer]> {
    return [name, await readFile(this.#program(name))]
  }

  #image(name: string): Image {
    const programs = { [`/usr/bin/${name}`]: this.#program(name) }
    return { name: `${REPOSITORY}/${name}:v${this.#version}`, programs, entrypoint: [`/usr/bin/${name}`] }
  }

  /** In its mode `nftables` it runs `nft`. */
  #proxyImage(): Image {
    const proxy = '/usr/local/bin/kube-proxy'
    const programs = { [proxy]: this.#program('kube-proxy'), '/usr/sbin/nft': '/usr/sbin/nft' }
    return { name: `${REPOSITORY}/kube-proxy:v${this.#version}`, programs, entrypoint: [proxy] }
  }
}

/** Waits to be ended. */
const PAUSE_IMAGE: Image = {
  ...BUSYBOX,
  name: PAUSE,
  entrypoint: ['/bin/busybox', 'sh', '-c', 'trap "exit 0" TERM; /bin/busybox sleep 1000000000 & wait'],
}
