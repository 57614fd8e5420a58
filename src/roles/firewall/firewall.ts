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
const LOADED = '/run/bramble-firewall.loaded'

/**
 * Ends with 0 when the kernel has the rules as they were loaded. Where the systemd of a node is too old to have noted them (before 248), when
 * there are some at all.
 */
const SAME_RULES = `BEGIN {
  while ((getline line < loaded) > 0) was = was line "\\n"
  while (("${NFT} -s list table inet ${TABLE} 2>/dev/null" | getline line) > 0) is = is line "\\n"
  exit (was == "" ? is ~ / drop\\n/ : is == was) ? 0 : 1
}`

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
# What the kernel has made of the rules: the last of the commands writes it, and what is in force later is compared with it.
StandardOutput=truncate:${LOADED}
ExecStart=${NFT} -f ${RULES}
ExecStartPost=${NFT} -s list table inet ${TABLE}
ExecReload=${NFT} -f ${RULES}
ExecReload=${NFT} -s list table inet ${TABLE}
ExecStop=${NFT} delete table inet ${TABLE}
# What stops it writes there, too, so it goes last.
ExecStopPost=/bin/rm -f ${LOADED}

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
    // Whoever flushes or changes rules by hand: the unit does not notice.
    command({
      name: 'load the rules of the firewall where others are in force',
      run: ['systemctl', 'reload', UNIT],
      unless: ['awk', '-v', `loaded=${LOADED}`, SAME_RULES],
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
  openings: ({ options, node, cluster }) => openingsOf(node, options, cluster),
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
