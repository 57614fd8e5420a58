/** The role commands on real nodes: a script with arguments that runs once, a program with a guard, each with its way back. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  uses: [
    {
      on: ['dog'],
      name: 'count once',
      script: 'texts/count.sh',
      arguments: ['/srv/count', "it's $HOME"],
      undo: ['rm', '/srv/count'],
    },
    {
      on: ['ant', 'dog'],
      name: 'a folder for the bell',
      run: ['mkdir', '/srv/bell'],
      creates: '/srv/bell',
      undo: ['rmdir', '/srv/bell'],
    },
  ],
  files: { 'texts/count.sh': '#!/bin/sh\nprintf "%s\\n" "$2" >>"$1"\n' },
  shows: [
    { node: 'dog', run: ['cat', '/srv/count'], prints: "it's $HOME" },
    { node: 'ant', run: ['stat', '-c', '%F', '/srv/bell'], prints: 'directory' },
    { node: 'bee', run: ['sh', '-c', 'test -e /srv/bell || echo none'], prints: 'none' },
  ],
} satisfies LiveRole
