/** The role `docker`: runs containers. */
import { dockerClient } from '../../engines/docker/client.ts'
import { dockerGate } from '../../engines/docker/gate.ts'
import { imageClientWishes, imagePlaces } from '../../engines/image-places.ts'
import { DOCKER_FOLDER, DOCKER_PACKAGE, DOCKER_UNIT } from '../../engines/docker/names.ts'
import { bootCommandLine } from '../../resources/boot-command-line/boot-command-line.ts'
import { command } from '../../resources/command/command.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { BEFORE_PACKAGES, debianPackage } from '../../resources/package/package.ts'
import { reboot } from '../../resources/reboot/reboot.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole } from '../role.ts'
import { daemonJson } from './daemon-json.ts'
import { dockerFindings } from './findings.ts'
import { endContainers, leftBehind } from './left-behind.ts'
import { dockerOptions, type DockerOptions } from './options.ts'
import { believed } from './believed.ts'

/** Releases of Debian whose package docker.io is of a time when dockerd had no `--validate`, and its client was part of it. */
const OLD_RELEASES = ['bullseye', 'bookworm']

function packages({ version, hold }: DockerOptions, isOld: boolean): readonly [Resource, ...Resource[]] {
  const docker = debianPackage({
    name: DOCKER_PACKAGE,
    hold,
    program: '/usr/sbin/dockerd',
    ...(version !== undefined && { version }),
  })
  return [
    docker,
    debianPackage({ name: 'containerd', hold }),
    // Without them no registry is believed.
    debianPackage({ name: 'ca-certificates' }),
    ...(isOld ? [] : [debianPackage({ name: 'docker-cli', hold })]),
  ]
}

/** What containers leave behind is Docker's own; names that it gives (moby 20.10 to 28, `/var/lib/docker`). */
const STATE = [
  'buildkit',
  'containerd',
  'containers',
  'engine-id',
  'image',
  'network',
  'nuke-graph-directory.sh',
  'overlay2',
  'plugins',
  'rootfs',
  'runtimes',
  'swarm',
  'tmp',
  'trust',
  'vfs',
  'volumes',
]

function folders(): Resource[] {
  return [
    // Other packages have their settings in it as well: it is there before them, and goes after them.
    directory({ path: '/etc/docker', purge: ['key.json'], stage: BEFORE_PACKAGES }),
    directory({ path: DOCKER_FOLDER, mode: '710', purge: STATE }),
    directory({ path: '/var/lib/containerd', mode: '700', purge: ['io.containerd.*', 'opt', 'tmpmounts'] }),
    // containerd makes them for networks of Kubernetes, whether or not there is any (containerd 1.7, its plug-in cri).
    directory({ path: '/etc/cni' }),
    directory({ path: '/etc/cni/net.d', mode: '700' }),
  ]
}

/** Their group is there before the package wants it, so that it goes with the role. */
function members(users: readonly string[], owner: Resource): Resource[] {
  return users.map((user) =>
    command({
      name: `${user} may use Docker`,
      run: ['usermod', '--append', '--groups', 'docker', user],
      unless: [
        'awk',
        '-F:',
        '-v',
        `user=${user}`,
        '$1 == "docker" && index("," $4 ",", "," user ",") { found = 1 } END { exit !found }',
        '/etc/group',
      ],
      undo: ['gpasswd', '--delete', user, 'docker'],
      needs: [addressOf(owner)],
    }),
  )
}

/** Kernels of Raspberry Pi OS start with the memory controller off; without it no container has a limit that counts. */
const CONTROLLERS = ['cgroup_memory=1', 'cgroup_enable=memory']

function memoryController({ board }: ClusterNode, lab: boolean): Resource[] {
  if (board.model === 'pc') return []
  const words = CONTROLLERS.map((word) => {
    const [key = '', value = ''] = word.split('=')
    return bootCommandLine({ key, value, optional: lab })
  })
  const due = reboot({
    name: 'container-memory',
    commandLine: CONTROLLERS,
    whenRequired: false,
    whenKernelIsOlder: false,
    needs: words.map(addressOf),
  })
  return [...words, due]
}

function cleanup({ cleanup: wanted }: DockerOptions, docker: Resource): Resource[] {
  if (wanted === 'off') return []
  const prune = `/usr/bin/docker system prune --all --force --filter until=${wanted.unused_for}`
  const work = unit({
    name: 'docker-cleanup.service',
    content: `[Unit]\nDescription=Takes away images and containers that nobody uses\nAfter=docker.service\n\n[Service]\nType=oneshot\nExecStart=${prune}\n`,
    needs: [addressOf(docker)],
  })
  const timer = unit({
    name: 'docker-cleanup.timer',
    content: `[Unit]\nDescription=Takes away images and containers that nobody uses\n\n[Timer]\nOnCalendar=${wanted.every}\nRandomizedDelaySec=6h\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n`,
    needs: [addressOf(work)],
  })
  return [work, timer, service({ name: 'docker-cleanup.timer', restartOn: [addressOf(timer)] })]
}

function resources(options: DockerOptions, node: ClusterNode, text: string, lab: boolean): Resource[] {
  const isOld = OLD_RELEASES.includes(node.facts['os_release'] ?? '')
  const installed = packages(options, isOld)
  const [docker] = installed
  const owner = group({ name: 'docker', system: true, stage: BEFORE_PACKAGES })
  const settings = file({
    path: '/etc/docker/daemon.json',
    content: text,
    validate: isOld ? [] : ['dockerd', '--validate', '--config-file', '{}'],
    needs: [addressOf(docker)],
  })
  const containerd = service({ name: 'containerd' })
  const socket = service({ name: 'docker.socket', needs: [addressOf(docker)] })
  const running = service({
    name: DOCKER_UNIT,
    restartOn: [addressOf(docker), addressOf(settings)],
    needs: [addressOf(containerd), addressOf(socket)],
  })
  return [
    owner,
    ...leftBehind(addressOf(docker), BEFORE_PACKAGES),
    ...installed,
    ...folders(),
    settings,
    ...memoryController(node, lab),
    containerd,
    socket,
    running,
    endContainers(addressOf(running)),
    ...cleanup(options, docker),
    ...members(options.users, owner),
  ]
}

/**
 * Docker from Debian's packages. Its settings are checked by dockerd itself before they count; what containers print is turned over, and
 * images that nobody uses go by a timer of systemd.
 */
const docker = defineRole({
  name: 'docker',
  summary:
    'Docker: runs containers, with logs that end, address pools that collide with nothing, and old images taken away.',
  options: dockerOptions,
  provides: () => [
    {
      name: 'docker',
      ports: [],
      to: 'cluster',
      packages: ['containerd', 'docker-cli', 'docker.io', 'runc'],
      databases: ['/var/lib/docker', '/var/lib/containerd'],
    },
  ],
  findings: ({ options, cluster }) => dockerFindings(options, cluster),
  secrets: ({ node, cluster }) => imageClientWishes(node, cluster),
  resources: ({ options, node, cluster, secrets }) => [
    ...resources(options, node, daemonJson(options, node, cluster), cluster.lab),
    ...believed(imagePlaces(node, cluster, secrets)),
  ],
  gates: ({ node }) => [dockerGate(node.name)],
  client: ({ nodes }) => dockerClient(nodes.map(({ name }) => name)),
})

export default docker
