/**
 * The kind `service` keeps the contract of kinds in a root that nothing runs in; what it does with a running systemd is
 * tested on a live node in `test/lab/kinds-live.test.ts`.
 */
import { expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { HOSTILE_VALUES } from '../../../test/contract/hostile-values.ts'
import { entryAt, type Tree } from '../../../test/contract/scratch-root.ts'
import { file } from '../file/file.ts'
import { addressOf } from '../kind.ts'
import { service } from './service.ts'
import { unit } from './unit.ts'

const UNIT = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n'
const WANTS = '/etc/systemd/system/multi-user.target.wants'

/** A root with units of a package. */
function units(...names: readonly string[]): Tree {
  const wants = { [WANTS]: { folder: true as const }, '/etc/systemd/system': { folder: true as const } }
  return { ...wants, ...Object.fromEntries(names.map((name) => [`/usr/lib/systemd/system/${name}`, UNIT])) }
}

describeKind({
  kind: 'service',
  tools: ['systemctl'],
  cases: [
    {
      title: 'enables a unit',
      given: units('one.service'),
      resources: [service({ name: 'one' })],
      expected: { [`${WANTS}/one.service`]: { link: '/usr/lib/systemd/system/one.service' } },
    },
    {
      title: 'enables an instance of a template',
      given: units('one@.service'),
      resources: [service({ name: 'one@a\\x20b' })],
      expected: { [`${WANTS}/one@a\\x20b.service`]: { link: '/usr/lib/systemd/system/one@.service' } },
    },
    {
      title: 'disables a unit',
      given: {
        ...units('one.service'),
        [`${WANTS}/one.service`]: { link: '/usr/lib/systemd/system/one.service' },
      },
      resources: [service({ name: 'one', enabled: 'no', state: 'stopped' })],
      expected: { [`${WANTS}/one.service`]: null },
    },
    {
      title: 'masks a unit, and enables one that was masked',
      given: {
        ...units('one.service', 'two.service'),
        '/etc/systemd/system/two.service': { link: '/dev/null' },
      },
      resources: [service({ name: 'one', enabled: 'masked', state: 'stopped' }), service({ name: 'two' })],
      expected: {
        '/etc/systemd/system/one.service': { link: '/dev/null' },
        '/etc/systemd/system/two.service': null,
        [`${WANTS}/two.service`]: { link: '/usr/lib/systemd/system/two.service' },
      },
    },
    {
      title:
        'lets no drop-in of others count for a unit of ours: renamed where we may, else turned off by its name',
      given: {
        ...units(),
        '/etc/systemd/system/one.service': UNIT,
        '/etc/systemd/system/one.service.d/ours.conf': '[Service]\nNice=1\n',
        '/etc/systemd/system/one.service.d/root.conf': '[Service]\nUser=root\n',
        '/etc/systemd/system/one.service.d/notes.txt': 'mine',
        '/etc/systemd/system/service.d/all.conf': '[Service]\nUser=root\n',
        '/usr/lib/systemd/system/one.service.d/vendor.conf': '[Service]\nUser=root\n',
        '/usr/lib/systemd/system/one.service.d/off.conf': '[Service]\nUser=root\n',
        '/etc/systemd/system/one.service.d/off.conf': { link: '/dev/null' },
        '/usr/lib/systemd/system/service.d/host.conf': '[Service]\nProtectProc=default\n',
      },
      resources: [
        file({ path: '/etc/systemd/system/one.service.d/ours.conf', content: '[Service]\nNice=1\n' }),
        service({ name: 'one', enabled: 'leave', restartOn: ['file:/etc/systemd/system/one.service'] }),
        file({ path: '/etc/systemd/system/one.service', content: UNIT }),
      ],
      expected: {
        '/etc/systemd/system/one.service.d/ours.conf': '[Service]\nNice=1\n',
        '/etc/systemd/system/one.service.d/root.conf': null,
        '/etc/systemd/system/one.service.d/root.conf.bramble-aside': '[Service]\nUser=root\n',
        '/etc/systemd/system/one.service.d/notes.txt': 'mine',
        '/etc/systemd/system/one.service.d/all.conf': { link: '/dev/null' },
        '/etc/systemd/system/one.service.d/vendor.conf': { link: '/dev/null' },
        '/etc/systemd/system/one.service.d/host.conf': null,
        '/etc/systemd/system/service.d/all.conf': '[Service]\nUser=root\n',
      },
    },
    {
      title: 'leaves drop-ins of others alone where the unit is not ours',
      given: {
        ...units('one.service'),
        '/etc/systemd/system/one.service.d/root.conf': '[Service]\nUser=root\n',
        [`${WANTS}/one.service`]: { link: '/usr/lib/systemd/system/one.service' },
      },
      resources: [service({ name: 'one' })],
      expected: { '/etc/systemd/system/one.service.d/root.conf': '[Service]\nUser=root\n' },
      unchanged: ['service:one.service'],
    },
    {
      title: 'leaves units that are as wanted, and those that cannot be enabled',
      given: {
        ...units('one.service'),
        '/usr/lib/systemd/system/static.service': '[Service]\nExecStart=/bin/true\n',
        [`${WANTS}/one.service`]: { link: '/usr/lib/systemd/system/one.service' },
      },
      resources: [
        service({ name: 'one.service' }),
        service({ name: 'static' }),
        service({ name: 'nowhere', enabled: 'no', state: 'stopped' }),
      ],
      expected: {},
      unchanged: ['service:one.service', 'service:static.service', 'service:nowhere.service'],
    },
  ],
  hostile: {
    given: units('one@.service'),
    resources: (value) => [service({ name: `one@${value}.service` })],
    read: async (root, value) =>
      (await entryAt(root, `${WANTS}/one@${value}.service`, null)) ? value : undefined,
    refuses: HOSTILE_VALUES.filter((value) => !/^[\w:.\\@-]+$/.test(value)),
  },
  absent: {
    given: units('one.service'),
    present: [service({ name: 'one' })],
    absent: [service({ name: 'one', enabled: 'no', state: 'stopped' })],
  },
  failing: {
    given: units(),
    resources: [service({ name: 'nowhere' })],
    message: /^there is no unit nowhere\.service$/,
  },
  many: (count) => Array.from({ length: count }, (_, index) => service({ name: `one@${index}` })),
  manyGiven: units('one@.service'),
  // systemctl makes and removes the folders of links itself.
  // Links that systemctl takes away and makes.
  rewritten: /^\/etc\/systemd\/system\/.*\.(service|wants\/.*)$/,
  remains: /^\/etc\/systemd\/system\/multi-user\.target\.wants$/,
})

it('is as wanted when its inputs are, so each of them is one of its needs', () => {
  const text = unit({ name: 'one', content: UNIT })
  const running = service({ name: 'one', restartOn: [addressOf(text)] })
  expect(running.inputs).toEqual([['file:/etc/systemd/system/one.service'], []])
})

it('refuses a pattern, and a masked unit that is to run', () => {
  expect(() => service({ name: 'ssh*' })).toThrow('must be the name of a systemd unit')
  expect(() => service({ name: 'ssh', enabled: 'masked' })).toThrow('a masked unit cannot run')
})
