/** The role `wifi`: networks that a board joins by itself, and a radio that does not sleep. */
import { z } from 'zod'
import { key, text, type TextForm } from '../../cluster-file/forms.ts'
import { bootCommandLine } from '../../resources/boot-command-line/boot-command-line.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { BEFORE_PACKAGES, debianPackage } from '../../resources/package/package.ts'
import { reboot } from '../../resources/reboot/reboot.ts'
import { service } from '../../resources/service/service.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole } from '../role.ts'
import { wifiCodes } from './codes.ts'
import { wifiGate } from './gate.ts'
import { profilePath, profileText, type WifiNetwork } from './profile.ts'

/** What a file of NetworkManager holds without signs of its own. */
const SSID: TextForm = {
  pattern: /^(?! )[^\p{Cc}\\;]{1,32}(?<! )$/u,
  accepts: (name) => Buffer.byteLength(name) <= 32,
  problem: 'is no name of a network',
  fix: 'write it as the access point shows it: 32 bytes at most, without \\ and ;',
}

const COUNTRY: TextForm = {
  pattern: /^[A-Z]{2}$/,
  problem: 'is no country',
  fix: 'write its two letters, such as PT',
}

const network = z.strictObject({
  password: text().describe('From the store of secrets: { from: { secret: NAME } }.'),
  hidden: z.boolean().default(false).describe('It does not tell its name, and is asked for by it.'),
  priority: z
    .int()
    .min(-999)
    .max(999)
    .default(0)
    .describe('Where several are there, the one with the highest number is joined.'),
})

const wifiOptions = z.strictObject({
  country: text(COUNTRY).describe(
    'Where the board is: which channels it may use; without it a Raspberry Pi keeps its radio off.',
  ),
  networks: z
    .record(key(SSID), network)
    .default({})
    .describe(
      'Networks by name. To move to another one, add it, see that the nodes are on it, then take the old one out.',
    ),
})

type WifiOptions = z.output<typeof wifiOptions>

const FOLDER = '/etc/NetworkManager/system-connections'

function networksOf({ networks }: WifiOptions): WifiNetwork[] {
  return Object.entries(networks).map(([ssid, one]) => ({ ssid, ...one }))
}

/** Where the network was somebody else's work until now, it stays so: a NetworkManager that comes with us takes the radio alone. */
function radioAlone({ facts }: ClusterNode): Resource[] {
  if (facts['wifi.manager'] === 'theirs') return []
  const folder = directory({ path: '/etc/NetworkManager/conf.d' })
  const content =
    '# Written by Bramble from the cluster file.\n[keyfile]\nunmanaged-devices=*,except:type:wifi\n'
  return [
    // The package makes it and leaves it behind.
    group({ name: 'netdev', system: true, stage: BEFORE_PACKAGES }),
    folder,
    file({ path: `${folder.name}/90-bramble-wifi.conf`, content, stage: BEFORE_PACKAGES }),
    ...stopped(),
  ]
}

/** What it has while it runs goes when it stops. */
function stopped(): Resource[] {
  const path = '/etc/systemd/system/NetworkManager.service.d'
  const content = '[Service]\nRuntimeDirectory=NetworkManager\nRuntimeDirectoryPreserve=restart\n'
  return [directory({ path }), file({ path: `${path}/50-bramble.conf`, content })]
}

/** Undone by the node itself unless the controller comes back over a new connection. */
function resources(options: WifiOptions, node: ClusterNode, lab: boolean): Resource[] {
  const alone = radioAlone(node)
  const manager = debianPackage({ name: 'network-manager', program: '/usr/bin/nmcli' })
  const profiles = networksOf(options).map((one) =>
    file({
      path: profilePath(one),
      content: profileText(one),
      mode: '600',
      sensitive: true,
      trial: true,
      needs: [addressOf(manager)],
    }),
  )
  return [
    manager,
    directory({ path: '/etc/NetworkManager' }),
    ...alone,
    directory({ path: FOLDER, mode: '700' }),
    ...profiles,
    service({
      name: 'NetworkManager',
      restartOn: [manager, ...profiles, ...alone.filter(({ kind }) => kind === 'file')].map(addressOf),
      needs: profiles.map(addressOf),
      trial: true,
    }),
    ...(node.board.model === 'pc' ? [] : regulated(options, lab)),
  ]
}

/** The kernel's own word, from the first moment on (its documentation, `cfg80211.ieee80211_regdom`). */
function regulated({ country }: WifiOptions, lab: boolean): Resource[] {
  const word = { key: 'cfg80211.ieee80211_regdom', value: country }
  const told = bootCommandLine({ ...word, single: true, optional: lab })
  const due = reboot({
    name: 'wifi-country',
    commandLine: [`${word.key}=${word.value}`],
    whenRequired: false,
    whenKernelIsOlder: false,
    needs: [addressOf(told)],
  })
  return [told, due]
}

/** Wi-Fi by NetworkManager, from Debian. */
const wifi = defineRole({
  name: 'wifi',
  summary: 'Wi-Fi networks that a board joins by itself, with a radio that does not sleep.',
  pace: 'one at a time',
  options: wifiOptions,
  findings: ({ options, cluster }) =>
    networksOf(options)
      .filter(({ password }) => !cluster.isSecret(password))
      .map(({ ssid }) => ({
        diagnostic: wifiCodes.WIFI_PASSWORD_IN_THE_OPEN({ ssid }),
        option: ['networks', ssid, 'password'],
      })),
  resources: ({ options, node, cluster }) => resources(options, node, cluster.lab),
  gates: ({ node }) => [wifiGate(node.name)],
})

export default wifi
