/** What needs a kernel of its own, unplugged: `npm run test:emulated`. */
import { expect, it } from 'vitest'
import { labKill, labPreflight, labStart, labState } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { failures } from '../../lab/cluster-under-test.ts'
import { describePowerCut } from '../../contract/power-cut.ts'

const lacking = await labPreflight({ emulated: true })

/** Writes so many lines, each on the disk of whoever has the file before the next one comes. */
const LINES = 200
const WRITER = `n=0; while [ $n -lt ${LINES} ]; do n=$((n + 1)); echo $n >>/srv/library/lines && sync -d /srv/library/lines || exit; done`

await describePowerCut({
  lane: 'emulated',
  lacks: lacking.length === 0 ? undefined : `there can be no emulated nodes here: ${lacking.join('; ')}`,
  more: { lab: { emulate: ['ant', 'bee'] } },
  // A folder in memory, which systemd makes for the kernel's file system.
  stays: /\/run\/rpc_pipefs\b/,
  before: async (cluster) => {
    // There is no time server here: a boot would wait for one, and say that it failed.
    cluster.edit((text) => text.replace(/^ {2}base:\n/m, '  base:\n    time: { wait_seconds: 0 }\n'))
    await cluster.output('ant', 'sh', '-c', 'mkfs.ext4 -q -L data /dev/vdb && udevadm settle && sync')
  },
  afterwards: (given) => {
    const until = async (says: () => Promise<string>, wanted: RegExp): Promise<void> => {
      const asked = await poll(
        async () => {
          const detail = await says()
          return { passed: wanted.test(detail), detail }
        },
        { patienceSeconds: 240, pauseSeconds: 2 },
      )
      expect(asked.passed, asked.detail).toBe(true)
    }
    const status = async (): Promise<string> => {
      const { text, errors } = await given().bramble('status')
      return text + errors
    }

    it('let a writer wait for a server that lost its power, and go on without an error and without a gap', async () => {
      const start = ['systemd-run', '--unit=writer', '--remain-after-exit', '--uid=librarian']
      await given().output('bee', ...start, 'sh', '-c', WRITER)
      await until(() => given().text('ant', 'cat', '/srv/disk/library/lines'), /^20$/m)
      await labKill(given().id, 'ant')
      await labStart(given().id, 'ant')
      const ended = ['systemctl', 'show', '--property=SubState,Result', 'writer']
      await until(() => given().text('bee', ...ended), /^SubState=(exited|failed)$/m)
      expect(await given().text('bee', ...ended)).toContain('Result=success')
      const lines = await given().output('ant', 'cat', '/srv/disk/library/lines')
      expect(lines.split('\n')).toEqual(Array.from({ length: LINES }, (_, index) => String(index + 1)))
      await given().output('bee', 'systemctl', 'stop', 'writer')
      await given().well()
    })

    it('hang nobody who looks while their server is silent: it is named, and so is who needs it', async () => {
      const bee = (await labState(given().id)).find(({ name }) => name === 'bee')?.address ?? ''
      const reads = ['systemd-run', '--unit=reader', 'sh', '-c', 'exec sleep infinity 3</srv/library/book']
      await given().output('bee', ...reads)
      await until(() => given().text('bee', 'sh', '-c', 'ls -l /proc/[0-9]*/fd/3'), /book$/m)
      await given().output('ant', 'ip', 'route', 'add', 'blackhole', bee)
      try {
        await until(status, /library of ant is not mounted at \/srv\/library: ant does not answer/)
        const planned = await given().events('plan')
        expect(planned.at(-1), failures(planned).join('\n')).toMatchObject({ failedNodes: [] })
      } finally {
        await given().output('ant', 'ip', 'route', 'del', 'blackhole', bee)
        await given().output('bee', 'systemctl', 'stop', 'reader')
      }
      await given().well()
      expect(await given().output('bee', 'cat', '/srv/library/book')).toBe('hello')
    })

    it('share nothing while the disk is away, boot all the same, let readers wait, and are back with it and without a hand', async () => {
      await given().output('ant', 'sh', '-c', 'e2label /dev/vdb gone && sync')
      await labKill(given().id, 'ant')
      await labStart(given().id, 'ant')
      await until(status, /no disk is mounted at \/srv\/disk/)
      expect(await given().text('ant', 'ls', '-A', '/srv/disk')).toBe('')
      const reads = 'cat /srv/library/book >/run/book-read'
      await given().output('bee', 'systemd-run', '--unit=waiter', 'sh', '-c', reads)
      await until(status, /library of ant is not mounted at \/srv\/library/)
      expect(await given().text('bee', 'cat', '/run/book-read')).toBe('')
      await given().output('ant', 'sh', '-c', 'e2label /dev/vdb data && udevadm trigger --settle /dev/vdb')
      await until(() => given().text('bee', 'cat', '/run/book-read'), /^hello$/)
      await given().output('bee', 'rm', '/run/book-read')
      await given().well()
    })
  },
})
