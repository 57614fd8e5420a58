/** The role files on real nodes: each sort of content, several uses, each with its own nodes. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

/** No text at all. */
const BLOB = Buffer.from([0, 255, 10, 13, 0, 128, 39, 34, 92])

export default {
  uses: [
    { on: 'all', path: '/etc/motd', template: 'texts/motd.txt' },
    { on: ['ant', 'dog'], path: '/srv/notes', folder: true, owner: 'daemon', group: 'adm', mode: '2750' },
    {
      on: ['ant'],
      path: '/srv/notes/hello',
      content: 'hello\n',
      owner: 'daemon',
      group: 'adm',
      mode: '0640',
    },
    { on: ['dog'], path: '/usr/local/share/blob', source: 'texts/blob' },
    { on: ['dog'], path: '/etc/issue.net', absent: true },
  ],
  files: {
    'texts/motd.txt':
      '@{node.name} in the @{node.labels.room}\n@{each other in consul-server}\n- @{other.name}\n@{end}\n',
    'texts/blob': BLOB,
  },
  shows: [
    { node: 'dog', run: ['cat', '/etc/motd'], prints: 'dog in the cellar\n- ant\n- bee\n- cow' },
    { node: 'ant', run: ['stat', '-c', '%U %G %a', '/srv/notes'], prints: 'daemon adm 2750' },
    { node: 'ant', run: ['stat', '-c', '%U %G %a %s', '/srv/notes/hello'], prints: 'daemon adm 640 6' },
    { node: 'dog', run: ['ls', '/srv/notes'], prints: '' },
    { node: 'dog', run: ['base64', '/usr/local/share/blob'], prints: BLOB.toString('base64') },
    { node: 'dog', run: ['sh', '-c', 'test -e /etc/issue.net || echo gone'], prints: 'gone' },
    { node: 'cow', run: ['sh', '-c', 'test -e /etc/issue.net && echo there'], prints: 'there' },
  ],
} satisfies LiveRole
