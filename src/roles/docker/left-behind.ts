/** What dockerd leaves in a running node when it ends, and what takes it away. */
import { farewell } from '../../resources/farewell/farewell.ts'
import type { LocalAddress, Resource } from '../../resources/kind.ts'

/** Until here the service has ended, and the package with its iptables is still there. */
const AFTER_PACKAGES = 21

/**
 * Docker's rules are those that name its chains or its bridges (docs.docker.com, "Packet filtering and firewalls"). All others are loaded again as they
 * are, in one go. It drops what is passed on where it has turned forwarding on itself; that goes where nobody else has a rule for it.
 */
const WITHOUT_DOCKER = `BEGIN {
  docker = "DOCKER|docker0|docker_gwbridge| br-HEX( |$)"
  while ((save | getline line) > 0) {
    if (line ~ docker) continue
    if (line ~ /^-A FORWARD/) others = 1
    text[++lines] = line
    if (line ~ /^:FORWARD DROP/) policy = lines
  }
  if (close(save) != 0 || lines == 0) exit 0
  if (policy && !others) sub(/DROP/, "ACCEPT", text[policy])
  for (one = 1; one <= lines; one++) print text[one] | restore
  exit close(restore) != 0
}`.replace('HEX', '[0-9a-f]'.repeat(12))

/** Whoever outlives dockerd, because it does not end in time, would hold its file system. What containers have written goes with the role. */
const REMOVE_ALL = `BEGIN {
  while (("docker ps --all --quiet --no-trunc" | getline id) > 0) ids = ids " " id
  exit ids == "" ? 0 : system("docker rm --force" ids " >/dev/null") != 0
}`

/** While Docker still runs. */
export function endContainers(docker: LocalAddress): Resource {
  return farewell({
    name: 'take away the containers of Docker',
    run: ['awk', REMOVE_ALL],
    onlyIf: '/run/docker.sock',
    needs: [docker],
  })
}

/** Last made, first done: rules before the bridge, the bridge before the folder. */
export function leftBehind(docker: LocalAddress, beforePackages: number): Resource[] {
  const folder = farewell({
    name: 'take away what Docker keeps while it runs',
    run: ['rm', '-rf', '/run/docker', '/run/docker.sock', '/run/docker.pid', '/run/containerd'],
    stage: beforePackages,
  })
  // Each is a network that is held by a mount.
  const networks = farewell({
    name: 'let go of the networks of Docker',
    run: ['find', '/run/docker/netns', '-type', 'f', '-exec', 'umount', '{}', ';'],
    onlyIf: '/run/docker/netns',
    stage: beforePackages,
  })
  const bridge = farewell({
    name: 'take away the bridge of Docker',
    run: ['ip', 'link', 'delete', 'docker0'],
    onlyIf: '/sys/class/net/docker0',
    stage: beforePackages,
  })
  const rules = ['iptables', 'ip6tables'].map((program) =>
    farewell({
      name: `take away the rules of Docker among those of ${program}`,
      run: ['awk', '-v', `save=${program}-save`, '-v', `restore=${program}-restore`, WITHOUT_DOCKER],
      onlyIf: `/usr/sbin/${program}-restore`,
      stage: AFTER_PACKAGES,
      needs: [docker],
    }),
  )
  return [folder, networks, bridge, ...rules]
}
