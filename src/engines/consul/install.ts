/** How Consul comes onto a node: HashiCorp's release, or Debian's package. */
import { aptRepository } from '../../resources/apt-repository/apt-repository.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Content, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { user } from '../../resources/user/user.ts'
import { lineOfEngine } from '../../releases/engine-lines.ts'
import { CONSUL_LINES, DEBIAN_CONSUL } from './lines.ts'
import { CONFIG_FOLDER, CONSUL_USER, ENGINE } from './names.ts'
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

/** What the configuration is checked with is there before it. */
const BEFORE_CONFIGURATION = 31

/** The release that a node needs; HashiCorp builds one program for all 32-bit boards. */
export function consulRelease(version: string, architecture: string) {
  return {
    product: ENGINE,
    version,
    architecture: architecture.startsWith('arm') && architecture !== 'arm64' ? 'arm' : architecture,
    member: 'consul',
    layout: CONSUL_LINES.layout,
  }
}

/** What it takes to install a release. */
export function installRelease(content: Content, dataFolder: string): Installation {
  const program = '/usr/local/bin/consul'
  const binary = file({ path: program, content, mode: '755', stage: BEFORE_CONFIGURATION })
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

/** Debian has Consul in one suite alone; on other releases that suite is a source of this one package. */
const { suite: SUITE } = DEBIAN_CONSUL
/** Any version of the line that the configuration is written for. */
const PACKAGE_VERSIONS = `${lineOfEngine(CONSUL_LINES, DEBIAN_CONSUL.version)}.*`

/** What is known of a node's system before it gets a package. */
export interface PackageSystem {
  /** Code name of its release, such as trixie. */
  readonly release: string | undefined
  /** Where it gets its own packages from: a mirror of Debian, or of Raspberry Pi OS for ARMv6. */
  readonly archive: string | undefined
}

/** The suite on the mirror that the node uses anyway; nothing but Consul comes from there. */
function sourceOf(archive: string): Resource[] {
  return aptRepository({
    name: 'consul',
    uri: archive,
    suites: [SUITE],
    key: `/usr/share/keyrings/${archive.endsWith('/raspbian') ? 'raspbian' : 'debian'}-archive-keyring.gpg`,
    only: { packages: ['consul'], release: `n=${SUITE}` },
  })
}

/** What the package brings into the folder of the configuration, byte for byte: known and unchanged it is nothing foreign. */
const SHIPPED = `## https://www.consul.io/docs/agent/options.html#log_level
## https://www.consul.io/docs/agent/options.html#_log_level
## [err|warn|info|debug|trace]

log_level = "info"
`

/** What it takes to install the package. Without a known mirror the node's own sources have to have it. */
export function installPackage({ release, archive }: PackageSystem): Installation {
  const sources = release === SUITE || archive === undefined ? [] : sourceOf(archive)
  const needs = sources.map(addressOf)
  const made = debianPackage({
    name: 'consul',
    version: PACKAGE_VERSIONS,
    hold: true,
    program: '/usr/bin/consul',
    needs,
  })
  const shipped = file({
    path: `${CONFIG_FOLDER}/00-log_level.hcl`,
    content: SHIPPED,
    needs: [addressOf(made)],
  })
  return { program: '/usr/bin/consul', address: addressOf(made), resources: [...sources, made, shipped] }
}

/** Where the users of this cluster get Consul from. */
export function installationOf(
  options: Pick<ServerOptions, 'source' | 'data_dir'>,
  release: () => Content,
  system: PackageSystem,
): Installation {
  return options.source === 'package' ? installPackage(system) : installRelease(release(), options.data_dir)
}
