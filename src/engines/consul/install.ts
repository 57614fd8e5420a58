/** How Consul comes onto a node: HashiCorp's release, or Debian's package of 2020. */
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, digestOf, type Content, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { user } from '../../resources/user/user.ts'
import { CONSUL_USER } from './names.ts'
import type { ServerOptions } from './options.ts'

/** An installed Consul. */
export interface Installation {
  /** Absolute path of the program. */
  readonly program: string
  /** In the order of effect. */
  readonly resources: readonly Resource[]
  /** What the running agent is restarted for. */
  readonly address: LocalAddress
}

/** The release that a node needs; HashiCorp builds one program for all 32-bit boards. */
export function consulRelease(version: string, architecture: string) {
  return {
    product: 'consul',
    version,
    architecture: architecture.startsWith('arm') && architecture !== 'arm64' ? 'arm' : architecture,
    member: 'consul',
  }
}

/** What it takes to install a release. */
export function installRelease(content: Content, dataFolder: string): Installation {
  const program = '/usr/local/bin/consul'
  const binary = fileOf(program, content)
  return {
    program,
    address: addressOf(binary),
    resources: [
      group({ name: CONSUL_USER, system: true }),
      user({ name: CONSUL_USER, system: true, group: CONSUL_USER, home: dataFolder }),
      binary,
    ],
  }
}

/** A program of a release; its bytes are in the cache and not in memory. */
function fileOf(path: string, content: Content): Resource {
  const placeholder = file({ path, content: '', mode: '755' })
  const row = placeholder.row.map((column) =>
    column === placeholder.contents[0]?.sha256 ? content.sha256 : column,
  )
  return { ...placeholder, row, contents: [content], digest: digestOf(['file', path, ...row]) }
}

/** Debian has Consul in bullseye alone; on other releases that suite is a source of this one package. */
export const PACKAGE_VERSION = '1.8.7'
const SUITE = 'bullseye'
const SOURCE_FILE = '/etc/apt/sources.list.d/bramble-consul.sources'
const PIN_FILE = '/etc/apt/preferences.d/bramble-consul'

/** What it takes to install the package on a node with this release of Debian. */
export function installPackage(release: string | undefined): Installation {
  const sources = release === SUITE ? [] : [bullseyeSource(), bullseyePin()]
  const needs = sources.map(addressOf)
  const made = debianPackage({ name: 'consul', version: `${PACKAGE_VERSION}*`, hold: true, needs })
  return { program: '/usr/bin/consul', address: addressOf(made), resources: [...sources, made] }
}

function bullseyeSource(): Resource {
  const content = `Types: deb
URIs: http://mirror.example.net/debian
Suites: ${SUITE}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`
  return file({ path: SOURCE_FILE, content })
}

/** Nothing else comes from there, not even as an upgrade (apt_preferences(5)). */
function bullseyePin(): Resource {
  const content = `Package: *
Pin: release n=${SUITE}
Pin-Priority: -1

Package: consul
Pin: release n=${SUITE}
Pin-Priority: 500
`
  return file({ path: PIN_FILE, content })
}

/** Where the users of this cluster get Consul from. */
export function installationOf(
  options: Pick<ServerOptions, 'source' | 'data_dir'>,
  release: () => Content,
  debianRelease: string | undefined,
): Installation {
  return options.source === 'package'
    ? installPackage(debianRelease)
    : installRelease(release(), options.data_dir)
}
