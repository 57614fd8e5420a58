/** The role `firewall`: what nothing in the cluster file gives to others is closed. */
import { isIP } from 'node:net'
import { command } from '../../resources/command/command.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { defineRole, type RoleContext } from '../role.ts'
import { firewallCodes } from './codes.ts'
import { openingsOf, ROLE } from './openings.ts'
import { firewallOptions, type FirewallOptions } from './options.ts'
import { rulesText, TABLE } from './ruleset.ts'

const FOLDER = '/etc/bramble'
const RULES = `${FOLDER}/firewall.nft`
const UNIT = 'bramble-firewall.service'
const NFT = '/usr/sbin/nft'

/** There before the network is, so that nothing is open meanwhile; stopping it takes our table away and no other. */
const UNIT_TEXT = `[Unit]
Description=Firewall of the cluster
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=local-fs.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${NFT} -f ${RULES}
ExecReload=${NFT} -f ${RULES}
ExecStop=${NFT} delete table inet ${TABLE}

[Install]
WantedBy=sysinit.target
`

function resources({ options, node, cluster }: RoleContext<FirewallOptions>): Resource[] {
  const nftables = debianPackage({ name: 'nftables' })
  const rules = file({
    path: RULES,
    content: rulesText(openingsOf(node, options, cluster)),
    validate: [NFT, '-c', '-f', '{}'],
    trial: true,
    needs: [addressOf(nftables)],
  })
  const text = unit({ name: UNIT, content: UNIT_TEXT, needs: [addressOf(nftables)] })
  const loaded = service({
    name: UNIT,
    restartOn: [addressOf(text)],
    reloadOn: [addressOf(rules)],
    trial: true,
    needs: [addressOf(rules)],
  })
  return [
    nftables,
    directory({ path: FOLDER }),
    rules,
    text,
    loaded,
    // Whoever flushes all rules takes ours with them, and the unit does not notice.
    command({
      name: 'load the rules of the firewall where they are gone',
      run: ['systemctl', 'reload', UNIT],
      unless: [NFT, 'list', 'chain', 'inet', TABLE, 'inbound'],
      needs: [addressOf(loaded)],
    }),
  ]
}

/**
 * Rules follow from what roles and services provide. They are on trial: a node that cannot be reached any more by a new connection takes them
 * back by itself, and the run says so.
 */
const firewall = defineRole({
  name: ROLE,
  summary: 'A firewall that opens what the cluster file gives to others, and closes all else.',
  options: firewallOptions,
  provides: ({ options }) =>
    options.open.map(({ port, protocol, to, why }) => ({ name: why, ports: [{ port, protocol }], to })),
  findings: ({ cluster }) =>
    cluster.nodes
      .filter(({ address }) => isIP(address) === 0)
      .map(({ name, address }) => ({
        diagnostic: firewallCodes.FIREWALL_NODE_WITHOUT_ADDRESS({ node: name, address }),
        node: name,
      })),
  resources,
})

export default firewall
