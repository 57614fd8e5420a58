/** `bramble update` on three nodes, with a cache of packages and without: how long it takes, and what came in. */
import { timed, type Benchmark } from './benchmark.ts'
import { brambleOrThrow } from './built.ts'
import { ScratchCluster } from './scratch-lab.ts'

const CACHE = 'nas'
const NODES = [CACHE, 'bell', 'lamp'] as const
/** Some megabytes of what small boards have. */
const PACKAGES = ['file', 'less', 'nano', 'tree', 'vim-tiny', 'wget'] as const

const file = (withCache: boolean): string => `cluster: bench-update
domain: office.example.net
access: { user: pi }
nodes:
${NODES.map((name, index) => `  ${name}: { address: 192.0.2.${index + 10}, model: pi4, memory: 1GiB }\n`).join('')}roles:
  updates: { on: all, nightly: false }
  packages: { on: all, install: [${PACKAGES.join(', ')}] }
${withCache ? `  apt-cache: { on: all, server: ${CACHE} }\n` : ''}`

/** Puts older versions in the place of those that the node's sources have. */
const OLDER = `set -eu
cd "$(mktemp -d)"
for name; do
  apt-get -q download "$name"
  dpkg-deb --raw-extract "$name"_*.deb "$name"
  sed -i '/^Version: /s/$/~older/' "$name/DEBIAN/control"
  dpkg-deb --root-owner-group --build "$name" "$name.deb"
  dpkg -i "$name.deb"
done
apt-get clean`

/** Without what is kept from the times before. */
const FORGET = `set -eu
rm -rf /var/lib/apt/lists/* /var/cache/apt-cacher-ng/* /run/bramble/lists
if [ -d /etc/apt-cacher-ng ]; then systemctl restart apt-cacher-ng; fi`

/** Bytes that a node's network interfaces have taken in (Linux, sysfs-class-net-statistics). */
async function taken(cluster: ScratchCluster, node: string): Promise<number> {
  const script = 'cat /sys/class/net/[!l]*/statistics/rx_bytes'
  const printed = await cluster.inNode(node, 'sh', '-c', script)
  return printed
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line), 0)
}

interface Updated {
  readonly seconds: number
  /** MB that came from outside the cluster. */
  readonly outside: number
}

async function updateOnce(cluster: ScratchCluster, fromOutside: readonly string[]): Promise<Updated> {
  for (const node of NODES) {
    await cluster.inNode(node, 'sh', '-c', OLDER, 'sh', ...PACKAGES)
    await cluster.inNode(node, 'sh', '-c', FORGET)
  }
  const counted = () => Promise.all(fromOutside.map((node) => taken(cluster, node)))
  const before = await counted()
  const { seconds } = await timed(() => brambleOrThrow(cluster.folder, '--lab', 'update', '--yes'))
  const after = await counted()
  const versions = await Promise.all(
    NODES.map((node) => cluster.inNode(node, 'dpkg-query', '-Wf', '${Version}\n', ...PACKAGES)),
  )
  if (versions.some((text) => /~older$/m.test(text))) throw new Error('a package was not brought up to date')
  const bytes = after.reduce((sum, value, index) => sum + value - (before[index] ?? 0), 0)
  return { seconds, outside: bytes / 1e6 }
}

/** All times of one kind, on a lab of its own. */
async function measure(
  withCache: boolean,
  runs: number,
  say: (text: string) => void,
): Promise<readonly Updated[]> {
  const cluster = await ScratchCluster.ofText('bench-update', file(withCache))
  try {
    say(`three nodes ${withCache ? 'with' : 'without'} a cache`)
    await cluster.up()
    await brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes')
    const all: Updated[] = []
    for (let run = 0; run < runs; run++) all.push(await updateOnce(cluster, withCache ? [CACHE] : NODES))
    return all
  } finally {
    await cluster.remove()
  }
}

export const benchmark: Benchmark = async ({ runs }, say) => {
  const without = await measure(false, runs, say)
  const through = await measure(true, runs, say)
  const figures = [
    { name: 'from outside, without a cache', unit: 'MB', samples: without.map(({ outside }) => outside) },
    { name: 'from outside, with one', unit: 'MB', samples: through.map(({ outside }) => outside) },
    { name: 'time without a cache', unit: 's', samples: without.map(({ seconds }) => seconds) },
    { name: 'time with one', unit: 's', samples: through.map(({ seconds }) => seconds) },
  ]
  return {
    figures,
    notes: [
      `${PACKAGES.length} packages and the lists of Debian on each of ${NODES.length} nodes, which go one after the other; what Bramble itself sends is counted, too.`,
      'The sources are as near as the cache here, so the time tells what the cache costs, not what it saves.',
    ],
  }
}
