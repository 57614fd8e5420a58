/** The labs' network on this computer: a bridge and a way out for each lab, a cable for each node. */
import { existsSync, readFileSync } from 'node:fs'
import { run } from '../support/run.ts'
import { ensureSetting } from './kernel-settings.ts'
import type { LabProgress } from './lab-spec.ts'
import { step } from './step.ts'
import { until } from './until.ts'

/** The bridge of a lab. Interface names have 15 characters at most. */
export function bridgeName(key: string): string {
  return `bl-${key}`
}

/** This computer's end of a node's cable. */
export function linkName(key: string, address: string): string {
  return `b${key}-${lastNumber(address)}`
}

/** The hardware address of a node: the same at each start, in the range for own use (IEEE 802c, second digit 2). */
export function hardwareAddress(key: string, address: string): string {
  const parts = key.match(/../g) ?? []
  return ['02', ...parts, Number(lastNumber(address)).toString(16).padStart(2, '0')].join(':')
}

function lastNumber(address: string): string {
  return address.slice(address.lastIndexOf('.') + 1)
}

/** Makes the bridge and the way out of it, as far as they are missing. */
export async function ensureNetwork(key: string, network: string, progress?: LabProgress): Promise<void> {
  const bridge = bridgeName(key)
  if (!linkNames().includes(bridge)) {
    // Without snooping, multicast (mDNS, VRRP) reaches every node, as on a cheap switch.
    await step('ip', ['link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0'])
  }
  await step('ip', ['link', 'set', bridge, 'address', hardwareAddress(key, `${network}.1`), 'up'])
  await step('ip', ['address', 'replace', `${network}.1/24`, 'dev', bridge])
  await ensureWayOut(key, network, progress)
}

async function ensureWayOut(key: string, network: string, progress?: LabProgress): Promise<void> {
  const bridge = bridgeName(key)
  const table = tableName(key)
  const rules = [
    `table ip ${table}`,
    `delete table ip ${table}`,
    `table ip ${table} {`,
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    ip saddr ${network}.0/24 oifname != "${bridge}" masquerade`,
    '  }',
    '}',
  ].join('\n')
  const result = await run('nft', ['-f', '-'], { input: `${rules}\n` })
  if (result.code !== 0) {
    const reason = result.stderr.trim().split('\n')[0] ?? ''
    progress?.({ text: `the nodes reach nothing but this computer and its package cache: nft: ${reason}` })
    return
  }
  await ensureSetting('net/ipv4/ip_forward')
  await passFirewall(bridge)
}

function tableName(key: string): string {
  return `bramble_lab_${key}`
}

function firewallRules(bridge: string): string[][] {
  const comment = ['-m', 'comment', '--comment', 'bramble lab', '-j', 'ACCEPT']
  return [
    ['FORWARD', '-i', bridge, ...comment],
    ['FORWARD', '-o', bridge, ...comment],
  ]
}

/** Docker and ufw drop what is forwarded unless a rule of iptables says otherwise, between ports of a bridge too. */
async function passFirewall(bridge: string): Promise<void> {
  const policy = await run('iptables', ['-w', '-S', 'FORWARD'])
  if (policy.code !== 0 || !policy.stdout.toString().startsWith('-P FORWARD DROP')) return
  for (const rule of firewallRules(bridge)) {
    if ((await run('iptables', ['-w', '-C', ...rule])).code === 0) continue
    await step('iptables', ['-w', '-I', ...rule])
  }
}

/** Removes everything of a lab's network, whatever of it there is. */
export async function removeNetwork(key: string): Promise<void> {
  const bridge = bridgeName(key)
  await run('nft', ['delete', 'table', 'ip', tableName(key)])
  for (const rule of firewallRules(bridge)) {
    // Only looks while there may be one: -D says so itself by its status.
    while ((await run('iptables', ['-w', '-D', ...rule])).code === 0);
  }
  const ours = () => linkNames().filter((name) => name === bridge || name.startsWith(`b${key}-`))
  for (const name of ours()) await run('ip', ['link', 'delete', name])
  // The kernel takes the cables of killed nodes away a moment later by itself.
  await until(() => (ours().length === 0 ? true : undefined), 10)
}

function linkNames(): string[] {
  return readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .slice(2)
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '')
}

/** Pulls the cable of a node, or plugs it in. */
export async function setLink(link: string, state: 'up' | 'down', node: string): Promise<void> {
  await step('ip', ['link', 'set', link, state], { node })
}

/** The networks that this computer has a route to. */
export async function readRoutes(): Promise<string> {
  return step('ip', ['-4', 'route', 'show', 'table', 'all'])
}

/** The name servers for a node: this computer's, but for those that only it can reach. */
export function resolvConf(texts: readonly string[]): string {
  for (const text of texts) {
    const servers = text.split('\n').filter((line) => /^nameserver\s+(?!127\.|::1\b)\S+/.test(line))
    if (servers.length > 0) return `${servers.join('\n')}\n`
  }
  return 'nameserver 9.9.9.9\n'
}

/** {@link resolvConf} for this computer; behind systemd-resolved, of the servers that it asks itself. */
export function readResolvConf(): string {
  const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']
  return resolvConf(files.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')))
}
