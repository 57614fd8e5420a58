/** The kind `group` keeps the contract of kinds. */
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { group } from './group.ts'

const GROUPS = 'root:x:0:\nstaff:x:50:ada,bob\n'
const USERS =
  'root:x:0:0:root:/root:/bin/sh\nada:x:1000:50::/home/ada:/bin/sh\nbob:x:1001:50::/home/bob:/bin/sh\n'
const given = { '/etc/group': GROUPS, '/etc/passwd': USERS }

describeKind({
  kind: 'group',
  tools: ['groupadd', 'groupmod', 'groupdel', 'usermod'],
  // The shadow suite keeps a copy of each file that it changes, and a lock.
  // groupadd, groupmod and their like write these anew.
  rewritten: /^\/etc\/(group|gshadow|passwd|shadow)$/,
  remains: /^\/etc(\/(group-|passwd-|\.pwd\.lock))?$/,
  cases: [
    {
      title: 'makes a group with the id that is asked for',
      given,
      resources: [group({ name: 'media', gid: 2000 })],
      expected: { '/etc/group': `${GROUPS}media:x:2000:\n` },
    },
    {
      title: 'gives a group another id and keeps its members',
      given,
      resources: [group({ name: 'staff', gid: 2001 })],
      expected: { '/etc/group': 'root:x:0:\nstaff:x:2001:ada,bob\n' },
    },
    {
      title: 'leaves a group alone whose id does not matter',
      given,
      resources: [group({ name: 'staff' })],
      expected: { '/etc/group': GROUPS },
      unchanged: ['group:staff'],
    },
    {
      title: 'removes a group that is wanted to be absent',
      given: { ...given, '/etc/group': 'root:x:0:\nwith.dot-and_more:x:51:ada,bob\n' },
      resources: [group({ name: 'with.dot-and_more', state: 'absent' })],
      expected: { '/etc/group': 'root:x:0:\n' },
    },
  ],
  failing: {
    given,
    resources: [group({ name: 'media', gid: 50 })],
    message: /^$/,
  },
  many: (count) => Array.from({ length: count }, (_, index) => group({ name: `team-${index}` })),
  manyGiven: given,
})

describe('a group', () => {
  it.each(['', '-n', 'a b', "it's", 'a:b', 'a\nb', '*'])('cannot be called %j', (name) => {
    expect(() => group({ name })).toThrow()
  })
})
