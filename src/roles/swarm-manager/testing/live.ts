/** The role swarm-manager on real nodes: three of them, with a stack. */
import { BUSYBOX } from '../../../../test/boards/image.ts'
import type { LiveRole } from '../../../../test/contract/live-role.ts'

const web = {
  image: BUSYBOX.name,
  command: ['httpd', '-f', '-p', '80', '-h', '/bin'],
  deploy: { replicas: 2, placement: { constraints: ['node.labels.has.speaker == true'] } },
}

export default {
  lane: 'docker',
  uses: {
    on: ['ant', 'bee', 'cow'],
    stacks: { site: { resolve_image: 'never', compose: { services: { web } } } },
  },
  shows: [
    { node: 'ant', run: ['sh', '-c', 'docker node ls -q | wc -l'], prints: '4' },
    {
      node: 'bee',
      run: ['docker', 'service', 'ls', '--format', '{{.Name}} {{.Replicas}}'],
      prints: 'site_web 2/2',
    },
  ],
} satisfies LiveRole
