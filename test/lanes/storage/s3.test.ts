/** Backups in a bucket of S3, kept by a real server, and what is said when that one is not as it should be: `npm run test:storage`. */
import { readFile } from 'node:fs/promises'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labExec } from '../../../src/lab/lab.ts'
import { run } from '../../../src/support/run.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { throwAway } from '../../lab/thrown-away.ts'

const server = await builtProgram('versitygw')
if ('lacks' in server) console.log(`skipped: ${server.lacks}`)

const HOST = 's3.office.example.net'
// With what means something in the file that it is read from.
const KEY = 'se#sa;me-12345'
const SAVED = ['ant', 'bee']
const TEXT = `cluster: bucket
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  sky: { address: 192.0.2.12, model: pi4, memory: 1GiB }
roles:
  base: { on: all, time: { sync: false } }
  packages: { on: sky, install: [busybox] }
  backup:
    on: [ant, bee]
    to:
      s3: https://${HOST}:7443/backups/rack
      access_key: ada
      secret_key: { from: { secret: backup/s3 } }
      authority: { from: { file: ca.pem } }
    paths: [/srv/data]
    keep: { last: 3 }
`
const UNITS = {
  // What it notes beside objects goes to files of its own: an archive of them is all of it.
  s3: `Environment=ROOT_ACCESS_KEY=ada ROOT_SECRET_KEY=${KEY}
ExecStartPre=mkdir -p /srv/s3/objects /srv/s3/notes
ExecStart=/usr/local/bin/versitygw --port :7443 --cert /etc/s3/cert.pem --key /etc/s3/key.pem --quiet posix --sidecar /srv/s3/notes /srv/s3/objects`,
  other: 'ExecStart=busybox httpd -f -p 7443 -h /etc',
}

describe.skipIf(hasNoLab || 'lacks' in server)('backups in a bucket of S3', () => {
  let cluster: ClusterUnderTest
  const at = (name: string): string => join(cluster.folder, name)
  const onSky = (script: string) => cluster.output('sky', 'sh', '-c', script)
  const now = () => cluster.bramble('backup', 'now')
  const onSaved = (script: string) =>
    Promise.all(SAVED.map((node) => cluster.output(node, 'sh', '-c', script)))
  /** What there is: the nodes, how much of them, and in which snapshots. */
  const listed = async () => {
    const { code, text, errors } = await cluster.bramble('--json', 'backup', 'list')
    expect(code, errors).toBe(0)
    const { backups } = JSON.parse(text) as {
      backups: readonly { node: string; files: number; id: string }[]
    }
    return backups.map(({ node, files, id }) => [node, files, id])
  }
  /** Until the next backup shows that all is well again, an apply tells of the one that failed. */
  const applied = async (): Promise<void> => {
    const { text, errors } = await cluster.bramble('--json', 'apply', '--yes')
    expect(text, errors).toContain('"run-finished"')
  }

  /** A key and a certificate for the server, which is its own authority. */
  const certificate = async (name: string): Promise<void> => {
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`]
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
    const made = await run('openssl', [...words, '-addext', `subjectAltName=DNS:${HOST}`, ...files])
    expect(made.code, made.stderr).toBe(0)
  }

  const giveKey = async (key: string, ...words: string[]): Promise<void> => {
    const brought = await run('node', cluster.argv('secrets', 'import', ...words, 'backup/s3'), {
      input: key,
    })
    expect(brought.code, brought.stderr).toBe(0)
  }

  /** Fresh nodes, with a server that has no buckets, and the role. */
  const begin = async (): Promise<void> => {
    if ('lacks' in server) return
    await cluster.labUp('--share-memory')
    await cluster.write('sky', '/usr/local/bin/versitygw', await readFile(server.path), '755')
    await cluster.write('sky', '/etc/s3/cert.pem', await readFile(at('server.pem')))
    await cluster.write('sky', '/etc/s3/key.pem', await readFile(at('server.key')), '600')
    for (const [name, text] of Object.entries(UNITS))
      await cluster.write('sky', `/etc/systemd/system/${name}.service`, `[Service]\n${text}\n`)
    await onSky('systemctl daemon-reload && systemctl start s3')
    const [address = ''] = (await cluster.output('sky', 'hostname', '-I')).split(' ')
    await onSaved(`echo ${address} ${HOST} >>/etc/hosts`)
    await cluster.apply()
  }

  beforeAll(async () => {
    cluster = new ClusterUnderTest('bucket', TEXT)
    await certificate('server')
    await certificate('stranger')
    copyFileSync(at('server.pem'), at('ca.pem'))
    await giveKey(KEY)
    await begin()
    await onSaved(
      'mkdir -p /srv/data && for i in $(seq 100); do echo "$i of $(hostname)" >/srv/data/$i; done',
    )
  })
  afterAll(() => cluster.remove())

  it('are made by two nodes at once, each in a repository of its own', async () => {
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const saved = await now()
    expect(saved.code, saved.errors).toBe(0)
    expect(await onSky('ls /srv/s3/objects/backups/rack')).toBe('ant\nbee')
    expect((await listed()).map(([node, files]) => [node, files]).toSorted()).toEqual(
      SAVED.map((node) => [node, 100]),
    )
    await cluster.well()
  })

  const troubles: readonly (readonly [
    what: string,
    says: RegExp,
    bring: () => Promise<unknown>,
    mend: () => Promise<unknown>,
  ])[] = [
    [
      'a wrong key',
      /signature we calculated does not match/,
      async () => {
        await giveKey('another-12345', '--replace')
        await applied()
      },
      async () => {
        await giveKey(KEY, '--replace')
        await applied()
      },
    ],
    [
      'a server that its authority does not know',
      /certificate signed by unknown authority/,
      async () => {
        copyFileSync(at('stranger.pem'), at('ca.pem'))
        await applied()
      },
      async () => {
        copyFileSync(at('server.pem'), at('ca.pem'))
        await applied()
      },
    ],
    [
      'a server that is gone',
      /connection refused/,
      () => onSky('systemctl stop s3'),
      () => onSky('systemctl start s3'),
    ],
    [
      'a server that hangs',
      /TLS handshake timeout|no answer within/,
      () => onSky('systemctl kill --signal=STOP s3'),
      () => onSky('systemctl kill --signal=CONT s3'),
    ],
    [
      'another server in its place',
      /server gave HTTP response to HTTPS client/,
      () => onSky('systemctl stop s3 && systemctl start other'),
      () => onSky('systemctl stop other && systemctl start s3'),
    ],
    [
      'a bucket that is gone',
      /bucket does not exist/,
      () => onSky('mv /srv/s3/objects/backups /srv/s3/aside'),
      () => onSky('mv /srv/s3/aside /srv/s3/objects/backups'),
    ],
  ]
  it.each(troubles)('tell of %s in so many words, and lose nothing', async (_, says, bring, mend) => {
    const before = await listed()
    await bring()
    const failed = await now()
    expect(failed.code).toBe(1)
    for (const node of SAVED) {
      const line = failed.errors.split('\n').find((one) => one.includes(`${node}:`))
      expect(line).toMatch(says)
      expect(line).toContain('It was there before')
    }
    const status = await cluster.bramble('status')
    expect(status.code).toBe(1)
    expect(status.text + status.errors).toContain('ant: the last backup of /srv/data failed')
    await mend()
    expect(await listed()).toEqual(before)
    expect((await now()).code).toBe(0)
    await cluster.apply()
    await cluster.well()
  })

  it('show their key to nobody, not while they run either', async () => {
    await onSky('systemctl kill --signal=STOP s3')
    const under = now()
    const seen = await cluster.output(
      'ant',
      'sh',
      '-c',
      'until pgrep -x restic >/dev/null; do sleep 0.1; done; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"',
    )
    await onSky('systemctl kill --signal=CONT s3')
    const { code, text, errors } = await under
    expect(code, errors).toBe(0)
    expect(seen).toContain('AWS_SHARED_CREDENTIALS_FILE=/etc/bramble-backup/s3')
    const journal = await cluster.output('ant', 'journalctl', '-b', '-o', 'cat')
    const planned = await cluster.bramble('plan')
    for (const shown of [seen, text, errors, journal, planned.text, planned.errors])
      expect(shown).not.toContain(KEY)
    expect(await cluster.output('ant', 'stat', '-c', '%a %U', '/etc/bramble-backup/s3')).toBe('600 root')
  })

  it('come back on nodes that are new', async () => {
    const sums = 'cd /srv/data && sha256sum * | sort | sha256sum'
    const before = await onSaved(sums)
    const objects = await cluster.inside('sky', 'tar', '-C', '/srv', '-c', 's3')
    await throwAway(cluster)
    await begin()
    await onSky('systemctl stop s3 && rm -r /srv/s3')
    await labExec(cluster.id, 'sky', ['tar', '-C', '/srv', '-x'], { input: objects.stdout })
    await onSky('systemctl start s3')
    const restored = await cluster.bramble('backup', 'restore', '--yes')
    expect(restored.code, restored.errors).toBe(0)
    expect(await onSaved(sums)).toEqual(before)
    expect((await now()).code).toBe(0)
    await cluster.well()
  })
})
