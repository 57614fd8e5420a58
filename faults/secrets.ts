/** A run of everything with real secrets, and then a search for every one of them wherever it must not be. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { built, REPOSITORY } from '../bench/built.ts'
import { ScratchCluster } from '../bench/scratch-lab.ts'
import { run } from '../src/support/run.ts'
import { trialOf, type Experiment, type Tell } from './fault.ts'
import { PAIR, pairFile, type Node } from './pair.ts'
import { sightings, type Marked, type Sighting } from './secret-search.ts'
import { EXECUTIONS, watchNode } from './started-programs.ts'

/** What only the controller may have. */
const NOBODYS = ['consul/ca', 'consul/management', 'consul/token/app', 'consul/value/app-password']
/** What every member has to have. */
const EVERYBODYS = ['consul/gossip-key']

/** The cluster, and where everything that is said of it is kept. */
interface Scene {
  readonly cluster: ScratchCluster
  readonly seen: string
}

/** Runs a command on a terminal of its own, every start of a program written down. */
async function onTerminal({ cluster, seen }: Scene, name: string, ...words: string[]): Promise<void> {
  const argv = [
    process.execPath,
    join(REPOSITORY, 'dist/cli/main.cjs'),
    '-C',
    cluster.folder,
    '--lab',
    ...words,
  ]
  const traced = ['strace', ...EXECUTIONS, '-o', join(seen, `controller-${name}`), ...argv]
  const { code } = await run('script', ['-q', '-e', '-c', traced.join(' '), join(seen, `terminal-${name}`)], {
    environment: { ...process.env, TMPDIR: join(seen, 'tmp'), TERM: 'xterm' },
    timeoutSeconds: 1200,
  })
  if (code > 2) throw new Error(`bramble ${words.join(' ')} ended with ${code}`)
}

/** Everything that a user can see, on nodes that are new, whole, and tampered with. */
async function everything(scene: Scene): Promise<void> {
  await onTerminal(scene, 'check', 'check')
  await onTerminal(scene, 'plan', 'plan')
  await onTerminal(scene, 'apply', 'apply', '--yes')
  await onTerminal(scene, 'status', 'status', '--json')
  await onTerminal(scene, 'facts', 'facts')
  const tamper =
    'for f in /etc/consul.d/*.json; do echo >>"$f"; chmod 644 "$f"; done; echo x >>/etc/consul.d/tls/*key*'
  for (const node of PAIR) await scene.cluster.tryInNode(node, 'sh', '-c', tamper)
  await onTerminal(scene, 'plan-tampered', '--json', 'plan')
  await onTerminal(scene, 'apply-tampered', '--json', 'apply', '--yes')
  await onTerminal(scene, 'secrets', 'secrets', 'list')
  await onTerminal(scene, 'log', 'log')
}

async function storedSecrets({ cluster }: Scene): Promise<Marked> {
  const { paths, name, identityFile } = await cluster.open()
  const { openSecrets } = built.secrets()
  const store = await openSecrets({
    folder: paths.secretsFolder,
    cluster: name,
    mode: 'read',
    identityFile,
  })
  const certificates = store.list().flatMap((secret) => {
    if (secret.kind === 'certificate') return [store.get(secret.name, 'certificate').value.certificatePem]
    if (secret.kind !== 'certificate-authority') return []
    return [store.get(secret.name, 'certificate-authority').value.certificatePem]
  })
  return { secrets: store.values(), known: certificates.join('') }
}

/** A node's disk and what it has in memory, as folders of this computer; the log as text in a file. */
async function rootOf({ cluster, seen }: Scene, node: Node, pid: number): Promise<readonly string[]> {
  const journal = await cluster.inNode(node, 'journalctl', '-o', 'export')
  await writeFile(join(seen, `journal-${node}`), journal)
  return ['etc', 'var', 'run', 'tmp', 'home', 'root', 'srv', 'opt', 'usr/local'].map(
    (part) => `/proc/${pid}/root/${part}`,
  )
}

const say = ({ secret, file }: Sighting): string => `${secret} in ${file.replace(/^\/proc\/\d+\/root/, '')}`

/** On a node a secret lies where the program that needs it reads it, in a file of its user that nobody else can read. */
async function outOfPlace(found: readonly Sighting[]): Promise<string[]> {
  const wrong: string[] = []
  for (const sighting of found) {
    const path = sighting.file.replace(/^\/proc\/\d+\/root/, '')
    const { stdout } = await run('stat', ['-c', '%a', sighting.file])
    const isPrivate = /^[46]00$/.test(stdout.toString().trim())
    if (!/^\/(etc\/consul\.d|var\/lib\/consul)\//.test(path)) wrong.push(say(sighting))
    else if (!isPrivate) wrong.push(`${say(sighting)}, mode ${stdout.toString().trim()}`)
  }
  return wrong
}

async function searchNode(scene: Scene, marked: Marked, node: Node, pid: number, tell: Tell): Promise<void> {
  const found = await sightings(marked, await rootOf(scene, node, pid))
  const where = found.map(say)
  tell(
    trialOf(
      'on a node a secret is only where its reader reads it, and nobody else can',
      node,
      await outOfPlace(found),
      where,
    ),
  )
  // A server keeps the state of the whole datacentre, tokens included: that is Consul's own, and told in SECURITY.md.
  const outside = found.filter(({ file }) => !file.includes('/var/lib/consul/raft/'))
  const own = (secret: string): boolean =>
    EVERYBODYS.includes(secret) || secret.endsWith(`/${node}`) || secret.startsWith(`consul/service/${node}/`)
  const others = outside.filter(({ secret }) => NOBODYS.includes(secret) || !own(secret)).map(say)
  tell(
    trialOf('a stolen node has its own secrets only', node, others, [
      ...new Set(outside.map(({ secret }) => secret)),
    ]),
  )
  const mine = outside.filter(({ secret }) => own(secret)).length
  tell(
    trialOf(
      'the search finds what is there',
      node,
      mine > 0 ? [] : ['nothing was found, so nothing is proved'],
    ),
  )
}

/** Runs everything, then searches: starts of programs, terminal, events, journals, the cluster's folder, temporary files, nodes. */
export const experiment: Experiment = async (_options, tell, tellUser) => {
  const cluster = await ScratchCluster.ofText('faults-secrets', pairFile('faults-secrets'))
  const scene = { cluster, seen: `${cluster.folder}/seen` }
  await mkdir(join(scene.seen, 'tmp'), { recursive: true })
  await writeFile(join(cluster.folder, 'word'), 'correct horse battery staple of the app')
  tellUser('bringing up two nodes')
  await cluster.up()
  await onTerminal(
    scene,
    'import',
    'secrets',
    'import',
    'consul/value/app-password',
    '--from',
    join(cluster.folder, 'word'),
  )
  await rm(join(cluster.folder, 'word'))
  const states = await built.lab().labState({ cluster: cluster.name, folder: cluster.folder })
  const pids = new Map(states.map(({ name, pid = 0 }) => [name, pid]))
  const stops = await Promise.all(
    PAIR.map((node) => watchNode(pids.get(node) ?? 0, join(scene.seen, `starts-${node}`))),
  )
  tellUser('running everything')
  await everything(scene)
  for (const stop of stops) await stop()
  const marked = await storedSecrets(scene)
  tellUser(`${marked.secrets.length} texts of secrets`)
  for (const node of PAIR) await searchNode(scene, marked, node, pids.get(node) ?? 0, tell)
  const places: readonly (readonly [string, RegExp])[] = [
    ['in no argument and no environment of any program on a node', /^starts-/],
    ['in no argument and no environment of any program of the controller', /^controller-/],
    ['on no terminal and in no event', /^terminal-/],
    ["in no node's log", /^journal-/],
    ['in no temporary file', /^tmp$/],
  ]
  const names = await readdir(scene.seen)
  const started = await run('grep', [
    '-c',
    'execve("/usr/bin/dpkg',
    ...PAIR.map((node) => join(scene.seen, `starts-${node}`)),
  ])
  tell(
    trialOf(
      'the search finds what is there',
      'starts of dpkg on the nodes',
      started.code === 0 ? [] : [started.stdout.toString()],
    ),
  )
  for (const [promise, pattern] of places) {
    const files = names.filter((name) => pattern.test(name)).map((name) => join(scene.seen, name))
    const what = `${files.length} records of ${await sizeOf(files)}`
    tell(trialOf(`a secret is ${promise}`, what, (await sightings(marked, files)).map(say)))
  }
  const folder = await sightings(marked, [
    join(cluster.folder, '.bramble'),
    join(cluster.folder, 'cluster.yaml'),
  ])
  tell(
    trialOf(
      "a secret is in no file of the cluster's folder that can be read without the identity",
      'journal, lock, secrets',
      folder.map(say),
    ),
  )
}

async function sizeOf(files: readonly string[]): Promise<string> {
  const { stdout } = await run('du', ['-shc', ...files])
  return stdout.toString().trim().split('\n').at(-1)?.split('\t')[0] ?? ''
}
