/** Registry and ingress, unplugged, and what they are for: `npm run test:web`. */
import { afterAll, expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { describePowerCut } from '../../contract/power-cut.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { ReleaseServer } from '../../releases/release-server.ts'
import { publishTraefik } from './traefik-release.ts'

const PLACE = 'ant.office.example.net:5000'
const CERTIFICATES = `/etc/docker/certs.d/${PLACE}`
const [A, B] = ['a', 'b'].map((name) => ({ ...BUSYBOX, name: `${PLACE}/${name}:1` }))

const traefik = await builtProgram('traefik')
const mirror = await ReleaseServer.start()
if (!('lacks' in traefik)) await publishTraefik(mirror, traefik)
afterAll(() => mirror.stop())

/** A service of Consul that says on which node it runs. */
const service = (node: string) => ({
  on: [node],
  port: 8080,
  tags: ['traefik.enable=true'],
  check: { http: ':8080/hostname', interval: '2s' },
})

await describePowerCut({
  lane: 'web',
  lacks: 'lacks' in traefik ? `Traefik: ${traefik.lacks}` : undefined,
  more: { releases: { mirror: mirror.url, key: mirror.keyFile }, services: { echo: service('bee') } },
  afterwards: (given) => {
    const docker = (node: string, ...words: string[]) => given().output(node, 'docker', ...words)
    /** Its answer to a request with the certificate of a node. */
    const curl = (...words: string[]) =>
      given().output(
        'bee',
        'sh',
        '-c',
        `cd ${CERTIFICATES} && exec curl --silent --cacert ca.crt --cert client.cert --key client.key "$@"`,
        'sh',
        ...words,
      )
    const megabytes = async () =>
      Number(await given().output('ant', 'sh', '-c', 'du -sk /srv/images | cut -f 1')) / 1024
    const runs = (node: string, image: string) =>
      docker(node, 'run', '--rm', '--network', 'none', image, 'echo', 'it runs')

    it('gives on one node what was pushed from another', async () => {
      for (const image of [A, B]) {
        if (!image) continue
        await given().write('bee', '/root/image.tar', await archiveOf(image))
        await docker('bee', 'load', '--quiet', '--input', '/root/image.tar')
      }
      await given().output('bee', 'rm', '/root/image.tar')
      await docker('bee', 'push', '--quiet', A?.name ?? '')
      await docker('cow', 'pull', '--quiet', A?.name ?? '')
      expect(await runs('cow', A?.name ?? '')).toBe('it runs')
    })

    it('is not believed by a node that knows another authority', async () => {
      await docker('cow', 'image', 'rm', '--force', A?.name ?? '')
      await given().output('cow', 'sh', '-c', `cp ${CERTIFICATES}/client.cert ${CERTIFICATES}/ca.crt`)
      const refused = await given().inside('cow', 'docker', 'pull', A?.name ?? '')
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringContaining('signed by unknown authority'),
      ])
      expect((await given().apply()).outcome).toBe('changed')
      await docker('cow', 'pull', '--quiet', A?.name ?? '')
    })

    it('frees what was deleted, and gives what is pushed again afterwards', async () => {
      const before = await megabytes()
      const head = await curl(
        '--head',
        '--header',
        'Accept: application/vnd.docker.distribution.manifest.v2+json',
        `https://${PLACE}/v2/a/manifests/1`,
      )
      const digest = /^docker-content-digest: (\S+)/im.exec(head)?.[1] ?? ''
      const status = ['--output', '/dev/null', '--write-out', '%{http_code}', '--request', 'DELETE']
      expect(await curl(...status, `https://${PLACE}/v2/a/manifests/${digest}`)).toBe('202')
      await given().output('ant', 'systemctl', 'start', 'bramble-registry-cleanup.service')
      await given().well()
      expect(await megabytes()).toBeLessThan(before / 2)
      await docker('bee', 'push', '--quiet', A?.name ?? '')
      await docker('cow', 'image', 'rm', '--force', A?.name ?? '')
      await docker('cow', 'pull', '--quiet', A?.name ?? '')
      expect(await runs('cow', A?.name ?? '')).toBe('it runs')
    })

    it('has kept an image that nobody deleted', async () => {
      await docker('bee', 'push', '--quiet', B?.name ?? '')
      await given().output('ant', 'systemctl', 'start', 'bramble-registry-cleanup.service')
      await given().well()
      await docker('cow', 'pull', '--quiet', B?.name ?? '')
      expect(await runs('cow', B?.name ?? '')).toBe('it runs')
    })

    it('ends with its disk, writes nothing beneath, and comes back with it', async () => {
      const disk = (script: string) => given().output('ant', 'sh', '-c', script)
      const active = async (word: string) => {
        const ask = async () => {
          const said = await given().text('ant', 'systemctl', 'is-active', 'docker-registry')
          return { passed: said === word, detail: said }
        }
        expect(await poll(ask, { patienceSeconds: 60 })).toMatchObject({ passed: true })
      }
      await disk(
        'cp /etc/fstab /root/fstab; mkdir /srv/disk && echo "tmpfs /srv/disk tmpfs nofail 0 0" >>/etc/fstab && systemctl daemon-reload && mount /srv/disk',
      )
      given().edit((text) =>
        text.replace('folder: /srv/images', 'folder: /srv/disk/images\n    disk: /srv/disk'),
      )
      await given().apply()
      await disk('umount /srv/disk')
      await active('inactive')
      expect(await disk('ls /srv/disk')).toBe('')
      await disk('mount /srv/disk')
      await active('active')
      given().edit((text) =>
        text.replace('folder: /srv/disk/images\n    disk: /srv/disk', 'folder: /srv/images'),
      )
      await given().apply()
      await disk('umount /srv/disk; rmdir /srv/disk; mv /root/fstab /etc/fstab; systemctl daemon-reload')
    })

    const ECHO = 'echo.office.example.net'
    /** What the service of Consul says through the ingress, which has to show a certificate of the authority. */
    const echo = async () => {
      const to = ['--cacert', '/etc/traefik/tls/ca.pem', '--connect-to', `${ECHO}::127.0.0.1`]
      return given().text('ant', 'curl', '--silent', '--max-time', '10', ...to, `https://${ECHO}/hostname`)
    }
    const echoes = async (node: string) => {
      const ask = async () => {
        const said = await echo()
        return { passed: said === node, detail: said }
      }
      expect(await poll(ask, { patienceSeconds: 90 })).toMatchObject({ passed: true })
    }

    it('leads a request to a service of Consul, also when that has moved to another node', async () => {
      await echoes('bee')
      given().edit((text) => text.replace(/(echo:\n\s+on:\n\s+- )bee/, '$1cow'))
      await given().apply()
      await echoes('cow')
    })

    it('leads it to the node that is left when the other one is killed', async () => {
      given().edit((text) => text.replace(/(echo:\n\s+on:\n)(\s+- )cow/, '$1$2cow\n$2bee'))
      await given().apply()
      await labKill(given().id, 'cow')
      await echoes('bee')
      await labStart(given().id, 'cow')
      await given().well()
    })

    it('asks Consul with a token that may read where services are, and nothing else', async () => {
      const token = await given().output(
        'ant',
        'sh',
        '-c',
        "sed -n 's/^ *token: //p' /etc/traefik/traefik.yml",
      )
      const may = (path: string, ...words: string[]) =>
        given().text(
          'ant',
          'curl',
          '--silent',
          '--output',
          '/dev/null',
          '--write-out',
          '%{http_code}',
          '--header',
          `X-Consul-Token: ${token}`,
          ...words,
          `http://127.0.0.1:8500/v1/${path}`,
        )
      expect(await may('catalog/services')).toBe('200')
      expect(await may('acl/tokens')).toBe('403')
      expect(await may('kv/x', '--request', 'PUT', '--data', 'x')).toBe('403')
      const intruder = ['--request', 'PUT', '--data', '{"Name":"intruder"}']
      expect(await may('agent/service/register', ...intruder)).toBe('403')
    })

    it('names a route that Traefik does not take', async () => {
      await given().output(
        'ant',
        'sh',
        '-c',
        "sed -i 's/Host(/Hots(/' /etc/traefik/routes.yml && systemctl reload traefik",
      )
      const ask = async () => {
        const { code, text } = await given().bramble('status')
        return { passed: code !== 0 && /plain@file: .*Hots/.test(text), detail: text }
      }
      expect(await poll(ask, { patienceSeconds: 60 })).toMatchObject({ passed: true })
      await given().apply()
      await given().well()
    })
  },
})
