/** The example of a whole office, `examples/rainbow/whole.yaml`: a second apply on all its roles, and its names beside a bare Unbound on the same board. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builtProgram } from '../test/engines/engine-cache.ts'
import { Dnsperf } from '../test/lab/dnsperf.ts'
import { publishTraefik } from '../test/lanes/web/traefik-release.ts'
import { ReleaseServer } from '../test/releases/release-server.ts'
import type { Benchmark } from './benchmark.ts'
import { brambleOrThrow, REPOSITORY } from './built.ts'
import { shortNumber, type Figure } from './figure.ts'
import { nothingToDo } from './noop.ts'
import { ScratchCluster } from './scratch-lab.ts'

const RESOLVER = 'bobsrockets'
const SECONDS = 5
const BARE_PORT = 5353

/** Names that both know, so that neither asks anybody. */
const BARE = `server:
  directory: "/"
  pidfile: ""
  use-syslog: no
  chroot: ""
  username: unbound
  interface: 127.0.0.1@${BARE_PORT}
  num-threads: THREADS
  local-zone: mooncarrot.space. static
`

/** The cluster file with the programs that were built here. */
async function wholeOffice(mirror: ReleaseServer): Promise<string> {
  const consul = await builtProgram('consul')
  const traefik = await builtProgram('traefik')
  for (const one of [consul, traefik]) if ('lacks' in one) throw new Error(one.lacks)
  if ('lacks' in consul || 'lacks' in traefik) return ''
  await mirror.addEngine('consul')
  await publishTraefik(mirror, traefik)
  const text = await readFile(join(REPOSITORY, 'examples/rainbow/whole.yaml'), 'utf8')
  return text
    .replace(
      /^cluster: .*$/m,
      `cluster: bench-whole\nreleases: { mirror: '${mirror.url}', key: ${mirror.keyFile} }`,
    )
    .replace(/ingress: \{ (.*) \}/, `ingress: { $1, version: ${traefik.version}, unmaintained: accepted }`)
}

/** A bare Unbound on the board, with the same addresses as data of its own. */
async function startBare(cluster: ScratchCluster, names: readonly string[]): Promise<void> {
  const threads = await cluster.inNode(RESOLVER, 'sh', '-c', 'unbound-checkconf -o num-threads')
  const data = names.map((name, index) => `  local-data: "${name}. A 10.70.0.${index + 1}"\n`)
  const config = BARE.replace('THREADS', threads.trim()) + data.join('')
  const script = 'printf %s "$1" >/run/bare.conf && unbound-checkconf /run/bare.conf'
  await cluster.inNode(RESOLVER, 'sh', '-c', script, 'sh', config)
  const argv = ['systemd-run', '--quiet', '--unit', 'bare', 'unbound', '-d', '-p', '-c', '/run/bare.conf']
  await cluster.inNode(RESOLVER, ...argv)
  await cluster.inNode(RESOLVER, 'sh', '-c', `until ss -Hlnu | grep -q :${BARE_PORT}; do sleep 0.1; done`)
}

/** Answers a second and the mean time to one, each pair taken one after the other. */
async function answers(cluster: ScratchCluster, runs: number): Promise<{ figures: Figure[]; note: string }> {
  const { nodes } = await cluster.open()
  const names = nodes.map(({ name }) => `${name}.node.mooncarrot.space`)
  await startBare(cluster, names)
  const lab = { cluster: cluster.name, folder: cluster.folder }
  const ask = async (port: number) => {
    const asked = { node: RESOLVER, server: '127.0.0.1', port, names, seconds: SECONDS }
    const result = await (await Dnsperf.start(lab, asked)).result()
    if (result.lost > 0 || !result.codes.startsWith(`NOERROR ${result.completed} `))
      throw new Error(`port ${port}: ${result.lost} lost, ${result.codes}`)
    return result
  }
  const pairs = []
  for (let taken = 0; taken < runs; taken++) pairs.push({ ours: await ask(53), bare: await ask(BARE_PORT) })
  const ratio = pairs.map(({ ours, bare }) => ours.perSecond / bare.perSecond)
  return {
    figures: [
      { name: 'answers a second / those of a bare Unbound', unit: '', samples: ratio },
      { name: '  answers a second', unit: '', samples: pairs.map(({ ours }) => ours.perSecond) },
      { name: '  of a bare Unbound', unit: '', samples: pairs.map(({ bare }) => bare.perSecond) },
      {
        name: '  mean time to an answer',
        unit: 'ms',
        samples: pairs.map(({ ours }) => ours.meanMilliseconds),
      },
      { name: '  of a bare Unbound', unit: 'ms', samples: pairs.map(({ bare }) => bare.meanMilliseconds) },
    ],
    note: `Names: ${names.length} of boards, asked on ${RESOLVER} itself for ${shortNumber(SECONDS)} s, a hundred questions under way.`,
  }
}

export const benchmark: Benchmark = async ({ runs }, say) => {
  const mirror = await ReleaseServer.start()
  let cluster: ScratchCluster | undefined
  try {
    cluster = await ScratchCluster.ofText('bench-whole', await wholeOffice(mirror))
    say('bringing up five nodes')
    await cluster.up()
    say('applying once')
    await brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes')
    say('measuring')
    const { figures, notes = [] } = await nothingToDo(cluster, runs)
    const { figures: dns, note } = await answers(cluster, runs)
    return { figures: [...figures, ...dns], notes: [...notes, note] }
  } finally {
    await cluster?.remove()
    await mirror.stop()
  }
}
