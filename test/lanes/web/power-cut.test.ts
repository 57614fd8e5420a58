/** The registry, unplugged, and what it is for: `npm run test:web`. */
import { expect, it } from 'vitest'
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { describePowerCut } from '../../contract/power-cut.ts'

const PLACE = 'ant.office.example.net:5000'
const CERTIFICATES = `/etc/docker/certs.d/${PLACE}`
const [A, B] = ['a', 'b'].map((name) => ({ ...BUSYBOX, name: `${PLACE}/${name}:1` }))

await describePowerCut({
  lane: 'web',
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
  },
})
