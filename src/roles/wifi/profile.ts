/** A Wi-Fi network as NetworkManager keeps it (nm-settings-keyfile(5)), with a key in place of the password. Pure. */
import { createHash, pbkdf2Sync } from 'node:crypto'

/** One network. */
export interface WifiNetwork {
  readonly ssid: string
  readonly password: string
  readonly hidden: boolean
  /** The higher one wins where both are there. */
  readonly priority: number
}

const ROUNDS = 4096
const KEY_BYTES = 32

/** The key that a passphrase and the name of its network make (IEEE 802.11i, H.4); a key of 64 hexadecimal digits is one already. */
export function keyOf(password: string, ssid: string): string {
  if (/^[0-9A-Fa-f]{64}$/.test(password)) return password.toLowerCase()
  return pbkdf2Sync(password, ssid, ROUNDS, KEY_BYTES, 'sha1').toString('hex')
}

function sumOf(ssid: string): string {
  return createHash('sha256').update(`wifi ${ssid}`).digest('hex')
}

/** Where the network is kept: each has a file of its own, so that a new one does not take the place of the one that works. */
export function profilePath({ ssid }: Pick<WifiNetwork, 'ssid'>): string {
  return `/etc/NetworkManager/system-connections/bramble-${sumOf(ssid).slice(0, 8)}.nmconnection`
}

/** The text of the file. A radio that sleeps between beacons loses packets of a cluster, so it does not (`powersave=2`: disabled). */
export function profileText(network: WifiNetwork): string {
  const { ssid, password, hidden, priority } = network
  const hex = sumOf(ssid)
  const uuid = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-')
  return `# Written by Bramble from the cluster file.
[connection]
id=bramble-${hex.slice(0, 8)}
uuid=${uuid}
type=wifi
autoconnect=true
autoconnect-priority=${priority}
autoconnect-retries=0

[wifi]
mode=infrastructure
ssid=${ssid}
hidden=${hidden}
powersave=2

[wifi-security]
key-mgmt=wpa-psk
psk=${keyOf(password, ssid)}

[ipv4]
method=auto

[ipv6]
method=auto
`
}
