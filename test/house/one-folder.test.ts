/** A role is one folder: nothing else acts on its name. What does, is here with its reason; a name in a sentence for people acts on nothing. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { roles } from '../../src/roles/registry.generated.ts'
import { ownFiles } from './own-files.ts'

/** `FILE names ROLE`, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/cli/verbs.ts names backup': 'the verb, which asks whoever keeps the backups of a node',
  'src/diagnostics/catalogue/resolve.ts names consul-server': 'the path of the test that shows the code',
  'src/cli/verbs.ts names vault': 'the verb, which moves the data of its engine',
  'src/cli/render/command-output.ts names time': 'its time was up: why a command ended',
  'src/engines/nomad/client-config.ts names docker': "Nomad's word for what runs work in containers",
  'src/engines/nomad/client-options.ts names docker': "Nomad's word for what runs work in containers",
  'src/engines/nomad/services/service-findings.ts names docker':
    "Nomad's word for what runs work in containers",
  'src/engines/nomad/services/service-job.ts names docker': "Nomad's word for what runs work in containers",
  'src/roles/nomad-client/nomad-client.ts names docker': 'work in containers wants Docker on the node',
  'src/engines/swarm/member-resources.ts names docker': "the program, and the engine's own folder",
  'src/engines/swarm/stacks.ts names docker': 'the program that deploys compose files',
  'src/roles/consul-client/consul-client.ts names consul-server': 'one family: not on one node',
  'src/roles/consul-server/consul-server.ts names consul-client': 'one family: not on one node',
  'src/roles/docker/daemon-json.ts names swarm-manager': 'dockerd refuses live-restore in a swarm',
  'src/roles/docker/daemon-json.ts names swarm-worker': 'dockerd refuses live-restore in a swarm',
  'src/engines/consul/dns-zones.ts names ingress': "a label among Consul's own names",
  'src/roles/firewall/openings.ts names base':
    'the SSH ports of base are the way in: they are opened as ssh_from says',
  'src/roles/grafana/dashboard.ts names prometheus': "Grafana's word for a sort of source of data",
  'src/roles/swarm-manager/swarm-manager.ts names swarm-worker': 'one family: not on one node',
  'src/roles/swarm-worker/swarm-worker.ts names swarm-manager': 'one family: not on one node',
}

/** Names that are words of their own: they count only where a role is looked up or compared. */
const WORDS = new Set(['base', 'boot', 'commands', 'dns', 'files', 'firewall', 'packages', 'time', 'units'])
const LOOKS_UP = new Set(['find', 'has', 'includes', 'network', 'options', 'uses', 'hasOwn', 'get'])

/** The folders of a role: its own, and that of the engine that it is a part of. */
function isAtHome(path: string, role: string): boolean {
  const [engine = role] = role.split('-')
  return path.startsWith(`src/roles/${role}/`) || path.startsWith(`src/engines/${engine}/`)
}

function isLookUp(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isBinaryExpression(parent)) return true
  if (!ts.isCallExpression(parent)) return false
  const called = parent.expression
  return ts.isPropertyAccessExpression(called) && LOOKS_UP.has(called.name.text)
}

/** The roles on whose names a file acts: texts that are nothing but such a name, and folders that it imports from. */
function namedIn(path: string, names: readonly string[]): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = new Set<string>()
  const look = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      const imported = /\/roles\/([^/]+)\/./.exec(node.text)?.[1]
      if (imported !== undefined && names.includes(imported)) found.add(imported)
      if (names.includes(node.text) && (!WORDS.has(node.text) || isLookUp(node))) found.add(node.text)
    }
    ts.forEachChild(node, look)
  }
  look(file)
  return [...found]
}

it('names a role in its folder alone, in that of its engine, and where a reason stands', () => {
  const names = Object.keys(roles)
  const code = ownFiles().filter(
    (path) => /^src\/.*\.ts$/.test(path) && !/\.test\.ts$|\.generated\.ts$|\/testing\//.test(path),
  )
  expect(code.length).toBeGreaterThan(300)
  const named = code.flatMap((path) =>
    namedIn(path, names).flatMap((role) => (isAtHome(path, role) ? [] : [`${path} names ${role}`])),
  )
  expect(named.sort()).toEqual(Object.keys(EXCEPTIONS).sort())
})

it('would see one', () => {
  const path = 'src/engines/docker/names.ts'
  expect(namedIn(path, Object.keys(roles))).toContain('docker')
  expect(namedIn('src/roles/firewall/openings.ts', Object.keys(roles))).toContain('base')
})
