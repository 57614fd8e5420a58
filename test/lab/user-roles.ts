/** What users write themselves: files, packages, units, commands and services, changed, failing and mended on real nodes. */
import { expect, it } from 'vitest'
import type { Event } from '../../src/events/event.ts'
import type { ClusterUnderTest } from './cluster-under-test.ts'

/** Failures of resources by their address: what was said, with the last lines of output. */
function failedIn(events: readonly Event[]): Record<string, string> {
  const failed = events.flatMap((event) =>
    event.type === 'resource-failed'
      ? [[event.address, [event.message, ...event.output].join('\n')] as const]
      : [],
  )
  return Object.fromEntries(failed)
}

const unit = (start: string): string =>
  `[Service]\nExecStart=${start}\n[Install]\nWantedBy=multi-user.target\n`

/** Tests on a cluster with all of these roles. */
export function describeUserRoles(cluster: () => ClusterUnderTest): void {
  it('change one use by --set, and plan that change alone', async () => {
    const planned = await cluster().bramble(
      'plan',
      '--detailed-exitcode',
      '--set',
      'roles.files.2.mode="600"',
    )
    expect(planned.errors).toBe('')
    expect(planned.code).toBe(2)
    expect(planned.text).toContain('ant/file:/srv/notes/hello')
    expect(planned.text).not.toContain('dog/')
  })

  it('tell which command or service failed, where and with what words, and do the rest', async () => {
    const write = (path: string, start: string) => cluster().write('cow', path, unit(start))
    const output = (...argv: string[]) => cluster().output('cow', ...argv)
    await write('/etc/systemd/system/broken.service', '/bin/false')
    await write('/etc/systemd/system/good.service', '/bin/sleep infinity')
    await write('/usr/lib/systemd/system/muted.service', '/bin/sleep infinity')
    await output('systemctl', 'daemon-reload')
    await output('systemctl', 'mask', 'muted.service')
    const services = ['missing', 'broken', 'muted', 'good']
      .map((name) => `  ${name}: { on: [cow], run: { unit: ${name}.service } }\n`)
      .join('')
    const ring = `    - { on: [cow], name: ring, run: [sh, -c, 'echo there is no bell >&2; exit 3'] }\n`
    const note = `    - { on: [bee, cow], name: leave a note, run: [mkdir, /srv/note], creates: /srv/note, undo: [rmdir, /srv/note] }\n`
    cluster().edit((text) =>
      text
        .replace('services:\n', `services:\n${services}`)
        .replace('  commands:\n', `  commands:\n${ring}${note}`),
    )

    const events = await cluster().events('apply', '--yes')
    const failed = failedIn(events)
    expect(Object.keys(failed).sort()).toEqual([
      'cow/command:ring',
      'cow/service:broken.service',
      'cow/service:missing.service',
    ])
    expect(failed['cow/command:ring']).toMatch(/3[^]*there is no bell/)
    expect(failed['cow/service:missing.service']).toContain('there is no unit missing.service')
    expect(failed['cow/service:broken.service']).toContain('broken.service')
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', failedNodes: ['cow'] })
    expect((await cluster().bramble('status')).code).not.toBe(0)
    expect(await cluster().text('bee', 'stat', '-c', '%F', '/srv/note')).toBe('directory')
    // The cluster file says that it runs, so that is what it does.
    expect(await output('systemctl', 'is-active', 'good', 'muted')).toBe('active\nactive')

    const away = /^ {4}- on:\n {8}- dog\n {6}path: \/etc\/issue.net\n {6}absent: true\n/m
    cluster().edit((text) => text.replace(services, '').replace(ring, '').replace(note, '').replace(away, ''))
    await cluster().apply()
    expect((await cluster().apply()).outcome).toBe('unchanged')
    expect(await cluster().text('cow', 'systemctl', 'is-active', 'good', 'muted')).toBe('inactive\ninactive')
    expect(await cluster().text('cow', 'systemctl', 'is-enabled', 'muted')).toBe('masked')
    expect((await cluster().inside('bee', 'test', '-e', '/srv/note')).code).toBe(1)
    expect((await cluster().inside('dog', 'test', '-e', '/etc/issue.net')).code).toBe(0)
    await output('systemctl', 'unmask', 'muted.service')
    const own = ['/etc/systemd/system/broken.service', '/etc/systemd/system/good.service']
    await output('rm', ...own, '/usr/lib/systemd/system/muted.service')
  })

  it('have the firewall load its rules again where a hand has flushed them', async () => {
    const rules = ['nft', '-s', 'list', 'table', 'inet', 'bramble']
    const before = await cluster().output('dog', ...rules)
    await cluster().output('dog', 'nft', 'flush', 'table', 'inet', 'bramble')
    const applied = await cluster().apply()
    expect(applied).toMatchObject({ outcome: 'changed', summary: { changed: 1 } })
    expect(await cluster().output('dog', ...rules)).toBe(before)
  })
}
