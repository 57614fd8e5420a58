/** The files that make a kubeadm cluster possible on boards without an image registry: settings of containerd, kubeadm, kubelet and CNI. */
import { stringify } from 'yaml'

/** Where all images are said to be from; none is ever fetched. */
export const REPOSITORY = 'bramble.test'
/** What keeps the namespaces of a pod. */
export const PAUSE = `${REPOSITORY}/pause:1`

/**
 * Containerd 1.7 of Debian trixie. A machine without CAP_SYS_RESOURCE refuses a negative `oom_score_adj`, so it may not
 * be asked for (containerd/docs/cri/config.md).
 */
export const CONTAINERD = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "/etc/cni/net.d"
`

/** As kubeadm's own package has it (kubernetes/release, 10-kubeadm.conf). */
export const KUBELET_UNIT = `[Service]
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/local/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf \\
  --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS
Restart=always
RestartSec=2
[Install]
WantedBy=multi-user.target
`

/** What the first control plane and those that join it are told. */
export interface Formation {
  readonly version: string
  /** Of the control plane. */
  readonly address: string
  readonly token: string
}

const TIMEOUTS = {
  controlPlaneComponentHealthCheck: '10m0s',
  kubeletHealthCheck: '10m0s',
  tlsBootstrap: '10m0s',
}
const REGISTRATION = {
  criSocket: 'unix:///run/containerd/containerd.sock',
  imagePullPolicy: 'Never',
  taints: [],
}
const KUBEADM = 'kubeadm.k8s.io/v1beta4'

/** For `kubeadm init`: etcd is Debian's, beside it on the board. */
export function initSettings({ version, address, token }: Formation): string {
  return documents(
    {
      apiVersion: KUBEADM,
      kind: 'InitConfiguration',
      bootstrapTokens: [{ token }],
      localAPIEndpoint: { advertiseAddress: address },
      nodeRegistration: REGISTRATION,
      timeouts: TIMEOUTS,
    },
    {
      apiVersion: KUBEADM,
      kind: 'ClusterConfiguration',
      kubernetesVersion: `v${version}`,
      imageRepository: REPOSITORY,
      networking: { podSubnet: '10.244.0.0/16' },
      etcd: { external: { endpoints: ['http://127.0.0.1:2379'] } },
    },
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      cgroupDriver: 'cgroupfs',
      failSwapOn: false,
      // This computer's disk counts as the board's: a full one would make the kubelet delete the images.
      imageGCHighThresholdPercent: 100,
      evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    },
    {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'nftables',
      // Only the computer's own network namespace may set these.
      conntrack: { maxPerCore: 0, min: 0 },
    },
  )
}

/** For `kubeadm join`. */
export function joinSettings({ address, token }: Formation): string {
  const bootstrapToken = { token, apiServerEndpoint: `${address}:6443`, unsafeSkipCAVerification: true }
  return documents({
    apiVersion: KUBEADM,
    kind: 'JoinConfiguration',
    discovery: { bootstrapToken },
    nodeRegistration: REGISTRATION,
    timeouts: TIMEOUTS,
  })
}

/** Gives the pods of a node addresses out of its part of the pods' network. */
export function cniSettings(subnet: string): string {
  const ipam = { type: 'host-local', ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] }
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, ipam }
  return JSON.stringify({ cniVersion: '1.0.0', name: 'pods', plugins: [bridge] })
}

/** A pod of busybox on every node, and a name in front of all of them. */
export function daemonSet(name: string, image: string, words: readonly string[]): string {
  const labels = { app: name }
  const container = { name, image, imagePullPolicy: 'Never', args: words }
  return documents(
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [container], terminationGracePeriodSeconds: 1 },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
  )
}

function documents(...all: object[]): string {
  return all.map((one) => stringify(one)).join('---\n')
}
