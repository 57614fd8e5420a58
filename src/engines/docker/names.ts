/** Names that Docker and Debian's packages of it have for things. */

export const DOCKER_ROLE = 'docker'
export const DOCKER_PACKAGE = 'docker.io'
export const DOCKER_UNIT = 'docker.service'
/** Where dockerd listens (dockerd(8)). */
export const DOCKER_SOCKET = '/run/docker.sock'
export const DOCKER_FOLDER = '/var/lib/docker'
/** What dockerd has remembered of its place in a swarm (moby, daemon/cluster, `docker-state.json`). */
export const SWARM_STATE = `${DOCKER_FOLDER}/swarm/docker-state.json`

/** What a node does that is to be in the swarm no more. */
export const LEAVE_SWARM = 'leave the swarm'

/** Ranges for the networks of a node's own containers, best first. */
export const BRIDGE_POOLS = ['10.210.0.0/16', '10.220.0.0/16', '172.28.0.0/16'] as const
/** Ranges for the networks that a swarm spans over its nodes, best first. */
export const OVERLAY_POOLS = ['10.211.0.0/16', '10.221.0.0/16', '172.29.0.0/16'] as const
