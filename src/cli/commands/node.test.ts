import { mkdirSync, readFileSync, statSync, chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../../test/cli/command-run.ts'
import { differs, recorded, runFinished, started } from '../../../test/cli/example-run.ts'
import { EMPTY_LOCK, lockText, parseLock } from '../../cluster-lock/cluster-lock.ts'
import type { ClusterApi } from '../cluster-api.ts'

/** A plan in which something is to be created on every node of the cluster that it is asked for. */
const plan: ClusterApi['plan'] = async function* ({ nodes }) {
  const names = nodes.map(({ name }) => name)
  yield* recorded(
    started('plan', names),
    ...names.map((name) => differs(name, 'file:/etc/motd', 'create', 'is not there')),
    runFinished('changed', { changed: names.length }),
  )
}

const OFFICE = `# Ours.
cluster: office
domain: office.example.net
nodes:
  ant: { address: 192.168.42.10, model: pi4, memory: 4GiB }   # below the stairs
  bee: { address: 192.168.42.11, model: pi4, memory: 4GiB }
  cat: { address: 192.168.42.12, model: pi4, memory: 4GiB, via: ant }
groups:
  servers: [ant, bee, cat]
  fast: { model: [pi4] }
roles:
  base: { on: all }
  consul-server: { on: servers, ui: bee }
`

function folderWith(text = OFFICE, name = 'cluster.yaml'): string {
  const folder = scratchFolder()
  writeFileSync(join(folder, name), text)
  return folder
}

function read(folder: string, name = 'cluster.yaml'): string {
  return readFileSync(join(folder, name), 'utf8')
}

describe('a cluster file in several files', () => {
  const [head = '', nodes = ''] = OFFICE.split('nodes:\n')
  const [own = '', rest = ''] = nodes.split('groups:\n')
  const spread = (): string => {
    const folder = folderWith(
      `${head}include: nodes.yaml\ngroups:\n${rest.replace(/.*consul-server.*\n/, '')}`,
    )
    writeFileSync(join(folder, 'nodes.yaml'), `# The boards.\nnodes:\n${own}`)
    return folder
  }

  it('is edited in the file in which the node is, and in those that name it', async () => {
    const folder = spread()
    const words = ['node', 'rename', 'bee', 'wasp', '--yes', '--no-plan']
    const { code, out, err } = await bramble(words, { folder })
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/Wrote \S*cluster\.yaml and \S*nodes\.yaml\. /)
    expect(read(folder, 'nodes.yaml')).toBe(`# The boards.\nnodes:\n${own.replace('bee', 'wasp')}`)
    expect(read(folder)).toContain('servers: [ant, wasp, cat]')
  })

  it('gets a new node where the others are, and is put back as it was', async () => {
    const folder = spread()
    const before = [read(folder), read(folder, 'nodes.yaml')]
    const dog = ['node', 'add', 'dog', '--address', '192.168.42.14', '--model', 'pi4', '--memory', '4GiB']
    await bramble([...dog, '--groups', 'servers', '--yes', '--no-plan'], { folder })
    expect(read(folder, 'nodes.yaml')).toContain(
      '  dog: { address: 192.168.42.14, model: pi4, memory: 4GiB }\n',
    )
    expect(read(folder)).toContain('servers: [ant, bee, cat, dog]')
    const { out } = await bramble(['node', 'remove', 'dog', '--yes', '--no-plan'], { folder })
    expect(out).toMatch(
      /Undo: cp \S+\/cluster\.yaml\.before \S+ && cp \S+\/nodes\.yaml\.before \S+nodes\.yaml\n/,
    )
    expect([read(folder), read(folder, 'nodes.yaml')]).toEqual(before)
  })
})

describe('node add', () => {
  const DOG = ['node', 'add', 'dog', '--address', '192.168.42.14', '--model', 'pi4', '--memory', '4GiB']

  it('shows the difference and the plan, writes after --yes, and says how it is undone', async () => {
    const folder = folderWith()
    const { code, out, err } = await bramble([...DOG, '--label', 'room=attic', '--has', 'bell', '--yes'], {
      folder,
      api: { plan },
    })
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(
      '+   dog: { address: 192.168.42.14, model: pi4, memory: 4GiB, has: [ bell ], labels: { room: attic } }',
    )
    expect(out).toContain('dog has: base')
    expect(out).toContain('4 to create')
    expect(out).toMatch(/Next: bramble apply\nUndo: bramble node remove dog\n$/)
    const undone = await bramble(['node', 'remove', 'dog', '--yes', '--no-plan'], { folder })
    expect([undone.code, read(folder)]).toEqual([0, OFFICE])
  })

  it('writes nothing when the file would be wrong then, and shows the line as it would be', async () => {
    const folder = folderWith()
    const { code, err } = await bramble([...DOG, '--groups', 'servers', '--port', '70000', '--yes'], {
      folder,
    })
    expect(code).toBe(1)
    expect(err).toMatch(/nodes\.dog\.port/)
    expect(err).toContain('dog: { address: 192.168.42.14, port: 70000')
    expect(err).toContain('Nothing was written.')
    expect(read(folder)).toBe(OFFICE)
  })

  it('asks before it writes', async () => {
    const folder = folderWith()
    const declined = await bramble([...DOG, '--no-plan'], { folder, typed: 'n\n' })
    expect([declined.code, declined.out, read(folder)]).toEqual([
      1,
      expect.stringContaining('Nothing was written.'),
      OFFICE,
    ])
    const agreed = await bramble([...DOG, '--no-plan'], { folder, typed: 'y\n' })
    expect([agreed.code, read(folder)]).toEqual([0, expect.stringContaining('dog: {')])
    const nobody = await bramble(['node', 'remove', 'dog', '--no-plan'], { folder })
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('CONFIRMATION_MISSING')])
  })

  it('asks for what was not said', async () => {
    const folder = folderWith()
    const { code } = await bramble(['node', 'add', '--no-plan', '--yes'], {
      folder,
      typed: 'dog\n192.168.42.14\n\n',
    })
    expect([code, read(folder)]).toEqual([0, expect.stringContaining('  dog: { address: 192.168.42.14 }\n')])
    const script = await bramble(['node', 'add'], { folder })
    expect([script.code, script.err]).toEqual([64, expect.stringContaining('bramble node add dog --address')])
  })

  it.each([
    [['ant'], 'NODE_IN_FILE', 'has a node ant already'],
    [['dog', '--groups', 'server'], 'NO_SUCH_LIST', 'did you mean servers?'],
    [['dog', '--groups', 'fast'], 'LIST_NOT_BY_NAME', 'leave --groups out'],
    [['dog', '--roles', 'base'], 'LIST_NOT_BY_NAME', 'is on all'],
  ])('%j is refused: %s', async (words, expected, text) => {
    const folder = folderWith()
    const { code, err } = await bramble(['node', 'add', ...words, '--yes'], { folder })
    expect([code, err]).toEqual([1, expect.stringContaining(`error ${expected}`)])
    expect(err).toContain(text)
    expect(read(folder)).toBe(OFFICE)
  })

  it('answers a program in one document', async () => {
    const folder = folderWith()
    const { code, out } = await bramble([...DOG, '--json', '--yes'], { folder, api: { plan } })
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({
        edit: expect.objectContaining({ do: 'add', node: 'dog' }) as unknown,
        written: true,
        undo: 'bramble node remove dog',
        plan: expect.arrayContaining([expect.objectContaining({ node: 'dog' })]) as unknown,
      }),
    ])
    const looked = await bramble(['node', 'remove', 'dog', '--json', '--no-plan'], { folder })
    expect([looked.code, JSON.parse(looked.out)]).toEqual([1, expect.objectContaining({ written: false })])
    expect(read(folder)).toContain('dog')
  })

  it('says what to write into a typed cluster file (TYPED_FILE_NOT_EDITED)', async () => {
    const folder = folderWith('export default {}\n', 'cluster.ts')
    const { code, err } = await bramble([...DOG, '--groups', 'servers', '--yes'], { folder })
    expect([code, err]).toEqual([1, expect.stringContaining('TYPED_FILE_NOT_EDITED')])
    expect(err).toContain(
      "dog: { address: '192.168.42.14', model: 'pi4', memory: '4GiB' }  under nodes, and 'dog' in groups.servers",
    )
  })

  it('leaves a file alone that somebody changed meanwhile (FILE_CHANGED_MEANWHILE)', async () => {
    const folder = folderWith()
    const meanwhile: ClusterApi['plan'] = async function* (cluster) {
      writeFileSync(join(folder, 'cluster.yaml'), `${OFFICE}# more\n`)
      yield* plan(cluster)
    }
    const { code, err } = await bramble([...DOG, '--yes'], { folder, api: { plan: meanwhile } })
    expect([code, err]).toEqual([1, expect.stringContaining('FILE_CHANGED_MEANWHILE')])
    expect(read(folder)).toBe(`${OFFICE}# more\n`)
  })

  it('keeps the mode of the file, and the file as it was', async () => {
    const folder = folderWith()
    chmodSync(join(folder, 'cluster.yaml'), 0o640)
    await bramble([...DOG, '--yes', '--no-plan'], { folder })
    expect(statSync(join(folder, 'cluster.yaml')).mode & 0o777).toBe(0o640)
    expect(read(folder, '.bramble/cluster.yaml.before')).toBe(OFFICE)
  })
})

describe('node remove', () => {
  it('says which roles lose the node and who still has them, and what the check says of it', async () => {
    const folder = folderWith(
      OFFICE.replace(
        'consul-server: { on: servers, ui: bee }',
        'wireguard: { on: servers, behind_nat: bee }',
      ),
    )
    const before = read(folder)
    const { code, out } = await bramble(['node', 'remove', 'bee', '--yes', '--no-plan'], { folder })
    expect(code).toBe(0)
    expect(out).toContain('bee loses wireguard: 2 nodes left (ant and cat)')
    expect(out).toContain('bramble reset bee')
    expect(read(folder)).toBe(
      before
        .replace(/ {2}bee: .*\n/, '')
        .replace('[ant, bee, cat]', '[ant, cat]')
        .replace(', behind_nat: bee', ''),
    )
    expect(out).toMatch(/Undo: cp \S+cluster\.yaml\.before \S*cluster\.yaml\n$/)
  })

  it('is not written where a role would become impossible, and another node can take the place', async () => {
    const folder = folderWith(
      OFFICE.replace('groups:', '  dog: { address: 192.168.42.14, model: pi4, memory: 4GiB }\ngroups:'),
    )
    const { code, err } = await bramble(['node', 'remove', 'bee', '--yes', '--no-plan'], { folder })
    expect([code, err]).toEqual([1, expect.stringContaining('CONSUL_SERVERS_EVEN')])
    const wrong = await bramble(['node', 'remove', 'bee', '--instead', 'dgo', '--yes', '--no-plan'], {
      folder,
    })
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('did you mean dog?')])
    const { out } = await bramble(['node', 'remove', 'bee', '--instead', 'dog', '--yes', '--no-plan'], {
      folder,
    })
    expect(out).toContain('bee loses consul-server: 3 nodes left (ant, cat and dog)')
    expect(read(folder)).toContain('servers: [ant, dog, cat]')
    expect(read(folder)).toContain('ui: dog }')
  })

  it.each([
    ['ant', OFFICE, 'NODE_IS_THE_WAY', 'cat is reached through ant'],
    ['bea', OFFICE, 'NODE_NOT_IN_FILE', 'did you mean bee?'],
    [
      'bee',
      OFFICE.replace('on: servers', 'on: bee'),
      'NODE_IS_THE_ONLY_ONE',
      'roles.consul-server.on names nobody but bee',
    ],
    [
      'ant',
      `${OFFICE.replace('  ant: {', '  ant: &a {').replace(', via: ant', '')}services: { bell: { port: 80, meta: *a } }\n`,
      'EDIT_NOT_CERTAIN',
      'change by hand: nodes.ant',
    ],
  ])('%s is refused: %#', async (node, text, expected, words) => {
    const folder = folderWith(text)
    const { code, err } = await bramble(['node', 'remove', node, '--yes', '--no-plan'], { folder })
    expect([code, err]).toEqual([1, expect.stringContaining(`error ${expected}`)])
    expect(err).toContain(words)
    expect(read(folder)).toBe(text)
  })
})

describe('node rename', () => {
  it('renames everywhere, and the lock knows that it is the same board', async () => {
    const folder = folderWith()
    const lock = {
      ...EMPTY_LOCK,
      nodes: { bee: { machine_id: 'a1' }, ant: { machine_id: 'a2' } },
      choices: { 'roles.consul-server.count': ['ant', 'bee'] },
      allocations: { 'wireguard/addresses': { ant: '10.70.0.1', bee: '10.70.0.2' } },
    }
    writeFileSync(join(folder, 'cluster.lock'), lockText(lock))
    writeFileSync(join(folder, 'known_hosts'), 'ant ssh-ed25519 AAAA\nbee ssh-ed25519 BBBB\n')
    const { code, out } = await bramble(['node', 'rename', 'bee', 'wasp', '--yes', '--no-plan'], { folder })
    expect([code, out]).toEqual([0, expect.stringContaining('Undo: bramble node rename wasp bee\n')])
    expect(read(folder)).toBe(OFFICE.replaceAll('bee', 'wasp'))
    expect(parseLock(read(folder, 'cluster.lock'))).toMatchObject({
      nodes: { wasp: { machine_id: 'a1' }, ant: { machine_id: 'a2' } },
      choices: { 'roles.consul-server.count': ['ant', 'wasp'] },
      allocations: { 'wireguard/addresses': { ant: '10.70.0.1', wasp: '10.70.0.2' } },
    })
    expect(read(folder, 'known_hosts')).toBe('ant ssh-ed25519 AAAA\nwasp ssh-ed25519 BBBB\n')
    await bramble(['node', 'rename', 'wasp', 'bee', '--yes', '--no-plan'], { folder })
    expect([read(folder), parseLock(read(folder, 'cluster.lock'))]).toEqual([OFFICE, lock])
  })

  it('says of a name that no host can have what is wrong with it', async () => {
    const folder = folderWith()
    const { code, err } = await bramble(['node', 'rename', 'bee', 'Dog House', '--yes'], { folder })
    expect([code, err]).toEqual([1, expect.stringContaining('NAME_NOT_DNS_LABEL')])
    expect(err).toContain('dog-house')
  })

  it('asks nothing of a file that has mistakes already, and tells them', async () => {
    const folder = folderWith(OFFICE.replace('domain:', 'domian:'))
    const { code, err } = await bramble(['node', 'rename', 'bee', 'wasp', '--yes'], { folder })
    expect([code, err]).toEqual([1, expect.stringContaining('did you mean domain?')])
  })
})

describe('the words of node', () => {
  it('are completed with what the file has', async () => {
    const folder = folderWith()
    mkdirSync(join(folder, 'deeper'))
    const proposed = async (...words: string[]) => {
      const { out } = await bramble(['complete', '--', ...words], { folder })
      return out
        .trimEnd()
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t')[0])
    }
    expect(await proposed('node', 're')).toEqual(['remove', 'rename'])
    expect(await proposed('node', 'remove', 'be')).toEqual(['bee'])
    expect(await proposed('node', 'add', 'dog', '--groups', 'se')).toEqual(['servers'])
    expect((await bramble(['node', 'add', '--help'], { folder: officeFolder() })).out).toContain(
      '  bramble node add dog',
    )
  })
})
