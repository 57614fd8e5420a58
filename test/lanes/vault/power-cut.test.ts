/** Vault, unplugged and opened again, and what it is for: `npm run test:vault`. */
import { expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { describePowerCut } from '../../contract/power-cut.ts'
import {
  activeServer,
  health,
  healths,
  holds,
  keys,
  lacksVault,
  raftIds,
  raftVoters,
  releases,
  SERVERS,
  vaultOn,
} from './vault-under-test.ts'

await describePowerCut({
  lane: 'vault',
  lacks: lacksVault,
  more: { releases },
  prepare: async (cluster) => {
    await vaultOn(cluster, await activeServer(cluster), 'secrets', 'enable', '-path=kv', 'kv')
    await vaultOn(cluster, await activeServer(cluster), 'write', 'kv/a', 'n=1')
  },
  open: async (cluster) => {
    await holds('all are sealed', async () => (await healths(cluster)).every((code) => code === '503'))
    const { code, text } = await cluster.bramble('status')
    expect([code === 0, text.includes('bee is sealed')]).toEqual([false, true])
    await cluster.apply()
  },
  afterwards: (given) => {
    it('keeps its keys in the encrypted store alone', async () => {
      const texts = Object.values(await keys(given()))
      expect(new Set(texts).size).toBe(6)
      const look =
        'grep -rlF -f - /etc /var /root /home /run /tmp /srv /opt 2>/dev/null; grep -lF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; true'
      const script = look.replaceAll('-f -', '-f /dev/shm/keys')
      for (const node of SERVERS) {
        await given().write(node, '/dev/shm/keys', `${texts.join('\n')}\n`, '600')
        expect([node, await given().text(node, 'sh', '-c', script)]).toEqual([node, ''])
        // What is looked with finds what there is.
        await given().write(node, '/var/lib/left-behind', `of ${texts[0]}\n`, '600')
        expect([node, await given().text(node, 'sh', '-c', script)]).toEqual([node, '/var/lib/left-behind'])
        await given().output(node, 'rm', '/dev/shm/keys', '/var/lib/left-behind')
      }
    })

    it('is served by another server when the active one is killed, and is whole again after one apply', async () => {
      const dead = await activeServer(given())
      const others = SERVERS.filter((name) => name !== dead)
      await labKill(given().id, dead)
      const active = await activeServer(given(), others)
      expect(await vaultOn(given(), active, 'read', '-field=n', 'kv/a')).toBe('1')
      const { code, text } = await given().bramble('status')
      expect([code === 0, text.includes(`${dead} does not answer`)]).toEqual([false, true])
      await labStart(given().id, dead)
      await holds(`${dead} is sealed`, async () => (await health(given(), dead)) === '503')
      await given().apply()
      await given().well()
      expect((await healths(given())).toSorted()).toEqual(['200', '429', '429'])
      expect((await given().apply()).outcome).toBe('unchanged')
    })

    it('changes one server after the other, the active one last', async () => {
      const active = await activeServer(given())
      given().edit((text) => text.replace(/( +)vault:\n/, '$1vault:\n$1  log_level: debug\n'))
      const events = await given().events('apply', '--yes')
      const steps = events.flatMap((event) => {
        if (event.type === 'phase-started' && event.phase === 'converge') return [`${event.node} changes`]
        return event.type === 'gate-passed' && event.detail.includes('has all that was written')
          ? [`${event.node} is back`]
          : []
      })
      const seen = [...new Set(steps)]
      const order = seen.filter((step) => step.endsWith('changes')).map((step) => step.split(' ')[0] ?? '')
      expect(order.toSorted()).toEqual([...SERVERS])
      expect(order.at(-1)).toBe(active)
      expect(seen).toEqual(order.flatMap((node) => [`${node} changes`, `${node} is back`]))
      expect(await vaultOn(given(), await activeServer(given()), 'read', '-field=n', 'kv/a')).toBe('1')
      await given().well()
      expect((await given().apply()).outcome).toBe('unchanged')
    })

    it('takes a server that has lost its data in again, as a new member', async () => {
      const before = await raftIds(given(), 'ant')
      await given().output('cow', 'systemctl', 'stop', 'vault')
      await given().output('cow', 'sh', '-c', 'rm -rf /var/lib/vault/raft/*')
      await given().apply()
      await given().well()
      const after = await raftIds(given(), 'ant')
      expect([after.length, after.filter((id) => !before.includes(id)).length]).toEqual([3, 1])
      expect((await healths(given())).toSorted()).toEqual(['200', '429', '429'])
    })

    it('takes a server that somebody has taken out in again, as a new member, and keeps its data aside', async () => {
      const active = await activeServer(given())
      const out = SERVERS.find((name) => name !== active) ?? ''
      const before = await raftVoters(given(), active)
      const own = (await given().output(out, 'hostname', '-I')).split(' ')
      const id = before.find(({ address }) => own.includes(address.replace(/:\d+$/, '')))?.id ?? ''
      await vaultOn(given(), active, 'operator', 'raft', 'remove-peer', id)
      await holds(`${out} says so itself`, async () => (await health(given(), out)) === '530')
      const { code, text } = await given().bramble('status')
      expect([code === 0, text.includes(`${out} was taken out of the group`)]).toEqual([false, true])
      await given().apply()
      await given().well()
      const after = await raftIds(given(), active)
      expect([after.length, after.includes(id)]).toEqual([3, false])
      expect((await healths(given())).toSorted()).toEqual(['200', '429', '429'])
      expect(await given().text(out, 'ls', '/var/lib/vault')).toBe('raft\nraft.before')
      expect((await given().apply()).outcome).toBe('unchanged')
    })

    it('shows a new certificate without being sealed', async () => {
      const serial = () =>
        given().output(
          'ant',
          'sh',
          '-c',
          'curl --silent --output /dev/null --write-out "%{certs}" --cacert /etc/vault/ca.pem https://localhost:8200/v1/sys/health | grep -m 1 Serial',
        )
      const before = await serial()
      await given().until('secrets', 'rotate', 'vault/certificate/ant')
      await given().apply()
      expect(await serial()).not.toBe(before)
      expect((await healths(given())).toSorted()).toEqual(['200', '429', '429'])
    })
  },
})
