/** The kind `link` keeps the contract of kinds. */
import { describeKind } from '../../../test/contract/kind.ts'
import { HOSTILE_VALUES } from '../../../test/contract/hostile-values.ts'
import { entryAt } from '../../../test/contract/scratch-root.ts'
import { link } from './link.ts'

describeKind({
  kind: 'link',
  cases: [
    {
      title: 'makes a link whose target need not be there',
      resources: [link({ path: '/etc/one', target: '../nowhere' })],
      expected: { '/etc/one': { link: '../nowhere' } },
    },
    {
      title: 'points a link elsewhere, also from one folder to another',
      given: { '/srv/a/inside': 'a', '/srv/b/inside': 'b', '/srv/now': { link: 'a' } },
      resources: [link({ path: '/srv/now', target: 'b' })],
      expected: { '/srv/now': { link: 'b' }, '/srv/a/.now.bramble': null, '/srv/a/now': null },
    },
    {
      title: 'takes the place of a file',
      given: { '/etc/one': { text: 'old\n', mode: '640', owner: [1, 1] } },
      resources: [link({ path: '/etc/one', target: '/srv/one' })],
      expected: { '/etc/one': { link: '/srv/one' } },
    },
    {
      title: 'leaves a link that is as wanted, next to one whose target holds a line end',
      given: { '/etc/odd': { link: 'x\n/etc/one -> y' }, '/etc/one': { link: 'grün -> x' } },
      resources: [
        link({ path: '/etc/odd', target: 'even' }),
        link({ path: '/etc/one', target: 'grün -> x' }),
        link({ path: '/etc/two', target: 'two' }),
      ],
      expected: {
        '/etc/odd': { link: 'even' },
        '/etc/one': { link: 'grün -> x' },
        '/etc/two': { link: 'two' },
      },
      unchanged: ['link:/etc/one'],
    },
    {
      title: 'removes a link that is wanted to be absent and leaves a file of that name alone',
      given: { '/etc/one': { link: 'x' }, '/etc/two': 'two' },
      resources: [link({ path: '/etc/one', state: 'absent' }), link({ path: '/etc/two', state: 'absent' })],
      expected: { '/etc/one': null, '/etc/two': 'two' },
      unchanged: ['link:/etc/two'],
    },
  ],
  hostile: {
    resources: (value) => [link({ path: `/etc/${value.replaceAll('/', '_')}`, target: value })],
    read: async (root, value) => {
      const found = await entryAt(root, `/etc/${value.replaceAll('/', '_')}`, null)
      return found && typeof found === 'object' && 'link' in found ? found.link : undefined
    },
    refuses: HOSTILE_VALUES.filter((value) => /\p{Cc}/u.test(value)),
  },
  absent: {
    present: [link({ path: '/etc/one', target: 'x' })],
    absent: [link({ path: '/etc/one', state: 'absent' })],
  },
  failing: {
    given: { '/etc/one/inside': 'inside' },
    resources: [link({ path: '/etc/one', target: 'x' })],
    message: /^\/etc\/one is a folder; move it away first$/,
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) => link({ path: `/srv/link-${index}`, target: `x${index}` })),
})
