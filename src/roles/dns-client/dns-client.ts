/** The role `dns-client`: a node asks the resolvers of the cluster for names. */
import { z } from 'zod'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { defineRole, type RoleContext } from '../role.ts'
import { dnsClientCodes } from './codes.ts'
import { namesGate } from './gate.ts'
import { resolversOf } from './resolvers.ts'
import { scripts } from './scripts.generated.ts'
import { LATE, quietened } from './writers.ts'

const ROLE = 'dns-client'
const LIVE = '/etc/resolv.conf'
const WANTED = '/etc/bramble/resolv.conf'
const KEEPER = '/usr/local/lib/bramble/keep-resolv-conf'
const UNIT = 'bramble-resolv-conf'

const options = z
  .strictObject({})
  .describe('Has a node ask the resolvers of the cluster, whoever wrote its /etc/resolv.conf before.')

/** A second without an answer is long in one house; each resolver is asked twice. */
function resolvConf(addresses: readonly string[], domain: string): string {
  return [
    '# Written by Bramble from the cluster file, and put back when somebody else writes it.',
    ...addresses.map((address) => `nameserver ${address}`),
    `search ${domain}`,
    'options timeout:1 attempts:2',
    '',
  ].join('\n')
}

function resources({ node, cluster }: RoleContext<z.output<typeof options>>): Resource[] {
  const addresses = resolversOf(node.name, cluster).map(({ address }) => address)
  const content = resolvConf(addresses, cluster.domain)
  const wanted = file({ path: WANTED, content })
  const live = file({ path: LIVE, content, stage: LATE })
  return [
    directory({ path: '/etc/bramble' }),
    directory({ path: '/usr/local/lib/bramble' }),
    ...quietened(node.facts['dns-client.writers']),
    wanted,
    live,
    ...keeper([wanted, live]),
  ]
}

/** A writer that nobody knows of, and one that comes later. It begins when the file is ours, so that what was there before is kept. */
function keeper(files: readonly Resource[]): Resource[] {
  const script = file({ path: KEEPER, content: scripts['keep-resolv-conf'], mode: '755' })
  const work = unit({
    name: `${UNIT}.service`,
    content: `[Unit]
Description=Keeps /etc/resolv.conf as the cluster file has it
# Somebody who writes it without end is not answered without end.
StartLimitIntervalSec=60
StartLimitBurst=30

[Service]
Type=oneshot
ExecStart=${KEEPER} ${WANTED}

[Install]
WantedBy=multi-user.target
`,
    needs: [addressOf(script)],
  })
  const watch = unit({
    name: `${UNIT}.path`,
    content: `[Unit]
Description=Sees when somebody writes /etc/resolv.conf

[Path]
PathChanged=${LIVE}

[Install]
WantedBy=multi-user.target
`,
    needs: [addressOf(work)],
  })
  const needs = files.map(addressOf)
  return [
    script,
    work,
    watch,
    service({ name: `${UNIT}.service`, state: 'leave', restartOn: [addressOf(work)], needs, stage: LATE }),
    service({ name: `${UNIT}.path`, restartOn: [addressOf(watch)], needs, stage: LATE }),
  ]
}

/** Takes `/etc/resolv.conf` over from whoever writes it, and gives it back when it leaves. */
const dnsClient = defineRole({
  name: ROLE,
  summary: 'Asks the resolvers of the cluster for names, whoever wrote /etc/resolv.conf before.',
  options,
  findings: ({ cluster }) =>
    cluster
      .find(ROLE)
      .filter(({ name }) => resolversOf(name, cluster).length === 0)
      .map(({ name }) => ({
        diagnostic: dnsClientCodes.DNS_CLIENT_WITHOUT_RESOLVER({ node: name }),
        node: name,
      })),
  follows: ({ node, cluster }) => resolversOf(node.name, cluster).map((one) => one.node),
  resources,
  gates: ({ node, cluster }) => [namesGate(node.name, resolversOf(node.name, cluster))],
})

export default dnsClient
