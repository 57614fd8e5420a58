/** The role packages on real nodes: one that is there, one that is not. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  uses: [
    { on: ['dog'], install: ['hello'] },
    { on: ['ant'], absent: ['linux-sysctl-defaults'] },
  ],
  shows: [
    { node: 'dog', run: ['hello'], prints: 'Hello, world!' },
    {
      node: 'ant',
      run: ['dpkg-query', '-Wf', '${db:Status-Status}', 'linux-sysctl-defaults'],
      prints: 'not-installed',
    },
    { node: 'cow', run: ['sh', '-c', 'command -v hello || echo none'], prints: 'none' },
  ],
} satisfies LiveRole
