/** What Nomad cannot do for a service that it is to run, told before any node is touched. */
import type { KeyPath } from '../../../cluster-file/positions.ts'
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import type { Cluster } from '../../../topology/cluster.ts'
import type { ClusterNode } from '../../../topology/node.ts'
import { hasAgent } from '../../consul/dns-zones.ts'
import { registers } from '../catalog.ts'
import { chrootOf } from '../chroot.ts'
import type { ClientOptions, Driver } from '../client-options.ts'
import { rolesNomadCodes } from '../codes.ts'
import { ENGINE } from '../names.ts'
import { checkProblem } from './checks.ts'
import { nomadServices, type NomadService } from './service-job.ts'

/** A client that may run a service. */
export interface PossibleClient {
  readonly node: ClusterNode
  readonly options: ClientOptions
  readonly drivers: readonly Driver[]
}

/** A mistake, and the way to it in the cluster file. */
export interface ServiceFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly path: KeyPath
}

interface Problem {
  readonly what: string
  readonly why: string
  readonly fix: string
  readonly at: KeyPath
}

/** What Nomad would put something else for in the environment (helper/args, `envRe`). */
const REPLACED = /\$\{[\w.-]+\}/
/** What cannot be said in what a driver is told, whose templates have one way alone to say `${`. */
const UNREADABLE = /([$%])\1\{/

/** All findings. */
export function serviceFindings(
  cluster: Pick<Cluster, 'find' | 'isSecret' | 'services'>,
  clients: readonly PossibleClient[],
): readonly ServiceFinding[] {
  return nomadServices(cluster.services(), ENGINE).flatMap((wanted) => {
    const { name } = wanted.service
    const possible = clients.filter(({ node }) => wanted.nodes.includes(node.name))
    const problems = [
      ...driverProblems(wanted, possible),
      ...countProblems(wanted),
      ...checkProblems(wanted),
      ...textProblems(wanted, cluster.isSecret),
    ].map(({ at, ...details }): ServiceFinding => ({
      diagnostic: rolesNomadCodes.NOMAD_WORK_BEYOND({ service: name, ...details }),
      path: ['services', name, ...at],
    }))
    const without = possible.filter(({ node }) => !registers(cluster, node)).map(({ node }) => node.name)
    const isMissed =
      wanted.service.port !== undefined && without.length > 0 && possible.some(({ node }) => hasAgent(node))
    return isMissed
      ? [
          ...problems,
          {
            diagnostic: rolesNomadCodes.NOMAD_WORK_NOT_IN_CONSUL({ service: name, nodes: without }),
            path: ['services', name],
          },
        ]
      : problems
  })
}

function driverProblems({ service: { run } }: NomadService, clients: readonly PossibleClient[]): Problem[] {
  const without = (driver: Driver): boolean => !clients.some(({ drivers }) => drivers.includes(driver))
  const names = clients.map(({ node }) => node.name).join(', ')
  const why = 'it would never be placed'
  if ('container' in run.work && without('docker')) {
    const what = `runs containers by docker, and finds none on ${names}`
    return [
      {
        what,
        why,
        fix: `give ${clients.length === 1 ? names : `one of ${names}`} the role docker`,
        at: ['run', 'container'],
      },
    ]
  }
  const { schedule } = run
  if (without('exec') && ('binary' in run.work || schedule?.missed === 'skip')) {
    const what = `runs programs by exec, and may not on ${names}`
    return [{ what, why, fix: 'add exec to drivers of nomad-client', at: ['run'] }]
  }
  return 'binary' in run.work ? rootProblems(run.work.binary, clients) : []
}

/** Work by exec has a root of its own, and a program that is not in it does not start. */
function rootProblems(binary: string, clients: readonly PossibleClient[]): Problem[] {
  const isIn = ({ node, options }: PossibleClient): boolean =>
    Object.keys(chrootOf(node, options)).some((path) => binary === path || binary.startsWith(`${path}/`))
  const without = clients.filter((client) => client.drivers.includes('exec') && !isIn(client))
  if (without.length === 0) return []
  const names = without.map(({ node }) => node.name).join(', ')
  return [
    {
      what: `has no ${binary} in the root that it makes for work on ${names}`,
      why: 'the program would not be found, and the service not start',
      fix: `put it into /usr/local/bin, or write  chroot: [${binary}]  under nomad-client`,
      at: ['run', 'binary'],
    },
  ]
}

function countProblems({ service: { run }, nodes }: NomadService): Problem[] {
  const { count, schedule } = run
  const why = 'each is on a node of its own, and nothing else would be meant by it elsewhere'
  const at = ['count']
  if (count === 'all')
    return [{ what: 'is told a number, not all', why, fix: `write count: ${nodes.length}`, at }]
  if (schedule !== undefined && count > 1)
    return [{ what: 'runs a schedule on one node a time', why, fix: 'take count out', at }]
  if (count <= nodes.length) return []
  const fix = `write count: ${nodes.length}, or give more nodes the role nomad-client`
  return [{ what: `has ${nodes.length} of ${count} nodes for it`, why, fix, at }]
}

function checkProblems({ service: { checks, port, run, meta } }: NomadService): Problem[] {
  const unchecked = checks.flatMap((check, index): Problem[] => {
    const what = checkProblem(check, port)
    const fix =
      port === undefined
        ? 'add the port of the service'
        : `write  { http: ":${port}/" }  or  { tcp: ":${port}" }`
    const why = 'a change would be taken for well that nobody has looked at'
    return what === undefined ? [] : [{ what, why, fix, at: ['check', index] }]
  })
  const { healthySeconds, withinSeconds } = run.update
  const update: Problem[] =
    healthySeconds < withinSeconds
      ? []
      : [
          {
            what: 'waits less for it to become well than it has to be well',
            why: 'no change could ever count as well',
            fix: 'make within longer than healthy',
            at: ['update'],
          },
        ]
  const further: Problem[] =
    Object.keys(meta).length === 0
      ? []
      : [
          {
            what: 'registers no further facts with it',
            why: 'whoever looks for them would not find them',
            fix: 'write tags in place of meta',
            at: ['meta'],
          },
        ]
  return [...unchecked, ...update, ...further]
}

function textProblems({ service: { run } }: NomadService, isSecret: (text: string) => boolean): Problem[] {
  const texts = [
    ...run.args.map((text, index) => ({ text, replaced: UNREADABLE, at: ['run', 'args', index] })),
    // A secret is read from elsewhere, as it is.
    ...Object.entries(run.env).flatMap(([key, text]) =>
      isSecret(text) ? [] : [{ text, replaced: REPLACED, at: ['env', key] }],
    ),
  ]
  return texts.flatMap(({ text, replaced, at }): Problem[] => {
    const [found] = replaced.exec(text) ?? []
    if (found === undefined) return []
    const what = `would put something else for ${found}`
    const why = 'the program would be told another text than the one that stands there'
    return [{ what, why, fix: 'write it without braces, or put it into a file that the program reads', at }]
  })
}
