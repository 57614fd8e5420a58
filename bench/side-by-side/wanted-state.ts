/** The state that every contender is asked for: the same packages, folders, files, users, settings and services. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from '../built.ts'

/** What a node is to have; also the options of the role `wanted`. */
export interface WantedState {
  readonly packages: readonly string[]
  /** Absolute paths, each after the folders above it. */
  readonly folders: readonly string[]
  /** Text by absolute path; all of mode 644, root's. */
  readonly files: Readonly<Record<string, string>>
  readonly users: Readonly<Record<string, { readonly comment: string }>>
  readonly sysctls: Readonly<Record<string, string>>
  /** Units by name, each with the files that it has to be restarted for. */
  readonly services: Readonly<Record<string, { readonly restart_on: readonly string[] }>>
}

/** Of fifty: one list of twenty packages, five folders, thirty files, four users, five settings, five services. */
const STEPS_PER_UNIT = 50
const PACKAGES_PER_UNIT = 20
const GROUPS_PER_UNIT = 5
const USERS_PER_UNIT = 4
/** Beside the unit and the settings of the service. */
const FILES_PER_GROUP = 4

/** Sizes are multiples of this. */
export const SIZE_UNIT = STEPS_PER_UNIT

/** Folder of everything that is no unit. */
export const TOP = '/opt/bench'

/** Settings of a network namespace that do no harm, with what they are not by default (ip-sysctl.rst of Linux). */
const IPV4 = {
  accept_redirects: '0',
  secure_redirects: '0',
  send_redirects: '0',
  shared_media: '0',
  log_martians: '1',
  promote_secondaries: '1',
  ignore_routes_with_linkdown: '1',
  drop_gratuitous_arp: '1',
  arp_accept: '1',
  arp_notify: '1',
  accept_source_route: '0',
  bc_forwarding: '1',
  proxy_arp_pvlan: '1',
  drop_unicast_in_l2_multicast: '1',
}
const IPV6 = {
  accept_redirects: '0',
  accept_source_route: '-1',
  autoconf: '0',
  accept_ra_pinfo: '0',
  accept_ra_defrtr: '0',
  accept_ra_rtr_pref: '0',
  drop_unsolicited_na: '1',
  ndisc_notify: '1',
  suppress_frag_ndisc: '0',
  enhanced_dad: '0',
  use_oif_addrs_only: '1',
  keep_addr_on_down: '1',
}
const SYSCTLS = Object.entries({ ipv4: IPV4, ipv6: IPV6 }).flatMap(([family, keys]) =>
  ['lo', 'default'].flatMap((link) =>
    Object.entries(keys).map(([key, value]): [string, string] => [
      `net.${family}.conf.${link}.${key}`,
      value,
    ]),
  ),
)

/** Names of 200 small packages of Debian 12 that need none but libc6. */
function packageNames(): string[] {
  return readFileSync(join(REPOSITORY, 'bench/side-by-side/packages.txt'), 'utf8').trim().split('\n')
}

function unitText(group: number): string {
  return `[Unit]
Description=Benchmark ${group}

[Service]
ExecStart=/bin/sleep infinity
Restart=always

[Install]
WantedBy=multi-user.target
`
}

/** Path of the file that the case "one file changed" changes. */
export const CHANGED_FILE = `${TOP}/0/file-0.conf`
/** The same for "one service's settings changed", and the service. */
export const CHANGED_SETTINGS = `${TOP}/0/service.conf`
export const CHANGED_SERVICE = 'bench-0'

/** Files by path of one group: a folder, a service with its unit and settings, and other files. */
function filesOf(group: number): [string, string][] {
  const lines = (what: string): string => `# ${what} of group ${group}\n${'key = value\n'.repeat(60)}`
  return [
    [`/etc/systemd/system/bench-${group}.service`, unitText(group)],
    [`${TOP}/${group}/service.conf`, lines('settings')],
    ...Array.from({ length: FILES_PER_GROUP }, (_, index): [string, string] => [
      `${TOP}/${group}/file-${index}.conf`,
      lines(`file ${index}`),
    ]),
  ]
}

/** A state of so many resources, a list of packages counted as one; `change` replaces the text of some files. */
export function wantedState(size: number, change: Readonly<Record<string, string>> = {}): WantedState {
  const units = size / STEPS_PER_UNIT
  const groups = Array.from({ length: units * GROUPS_PER_UNIT }, (_, group) => group)
  const users = Array.from({ length: units * USERS_PER_UNIT }, (_, index) => `bench${index}`)
  return {
    packages: packageNames().slice(0, units * PACKAGES_PER_UNIT),
    folders: [TOP, ...groups.map((group) => `${TOP}/${group}`)],
    files: { ...Object.fromEntries(groups.flatMap(filesOf)), ...change },
    users: Object.fromEntries(users.map((name) => [name, { comment: `Benchmark ${name}` }])),
    sysctls: Object.fromEntries(SYSCTLS.slice(0, units * 5)),
    services: Object.fromEntries(
      groups.map((group) => [
        `bench-${group}`,
        { restart_on: [`/etc/systemd/system/bench-${group}.service`, `${TOP}/${group}/service.conf`] },
      ]),
    ),
  }
}
