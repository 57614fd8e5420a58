/** How `docker` on the user's computer is told where to ask (docs.docker.com/reference/cli/docker, environment variables). */
import type { EngineClient } from '../engine-client.ts'

/** Whoever may ask dockerd is root there: so it is asked as root, through what its own client uses over SSH. */
export function dockerClient(members: readonly string[]): EngineClient {
  return {
    name: 'docker',
    members,
    to: { program: ['docker', 'system', 'dial-stdio'] },
    files: () => ({}),
    variables: (at) => ({ DOCKER_HOST: `unix://${at}` }),
  }
}
