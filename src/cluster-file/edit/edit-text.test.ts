import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roleSchemas } from '../../api/open.ts'
import { clusterFileSchema } from '../schema.ts'
import { readYaml } from '../yaml-source.ts'
import { editedText } from './edit-text.ts'
import { changesOf, mentions, type NodeEdit } from './node-edits.ts'

const schema = clusterFileSchema(roleSchemas())

function changes(text: string, edit: NodeEdit) {
  const { value, positions } = readYaml('cluster.yaml', text)
  return { result: changesOf(edit, { value, positions, schema }), value, positions }
}

/** The text after an edit; the codes when it is refused. */
function edited(text: string, edit: NodeEdit): string | readonly string[] | undefined {
  const { result } = changes(text, edit)
  return 'changes' in result ? editedText(text, result.changes) : result.diagnostics.map(({ code }) => code)
}

function add(
  node: string,
  entry: Readonly<Record<string, unknown>> = {},
  groups: readonly string[] = [],
): NodeEdit {
  return { do: 'add', node, entry, groups, roles: [] }
}

const OFFICE = `# The office.
cluster: office   # its name
domain: home.arpa

nodes:
  # in the cellar
  ant: { address: 192.168.1.10 }   # the first
  bee: { address: 192.168.1.11, via: ant }

  # in the attic
  cat:
    address: 192.168.1.12
    has: [speaker]   # loud
groups:
  servers: [ant, bee, cat]
  loud:
    - cat   # alone no more
    - "bee"
  fast: { model: [pi4], of: [ant, bee] }
roles:
  base: { on: all }
  wireguard:
    on: servers
    behind_nat: [bee, cat]
  consul-server:
    on:
      - ant
      - bee
      - cat
    ui: bee
    kv: { who: bee, where: bee.home.arpa, beetle: x }
services:
  bell: { on: [bee, cat], port: 80 }
`

describe('a node that is renamed', () => {
  it('is renamed wherever a schema says that a node is named, and nowhere else', () => {
    expect(edited(OFFICE, { do: 'rename', node: 'bee', to: 'wasp' })).toBe(
      OFFICE.replace('  bee: {', '  wasp: {')
        .replace('[ant, bee, cat]', '[ant, wasp, cat]')
        .replace('- "bee"', '- "wasp"')
        .replace('of: [ant, bee]', 'of: [ant, wasp]')
        .replace('behind_nat: [bee, cat]', 'behind_nat: [wasp, cat]')
        .replace('      - bee\n', '      - wasp\n')
        .replace('ui: bee', 'ui: wasp')
        .replace('on: [bee, cat]', 'on: [wasp, cat]'),
    )
    expect(edited(OFFICE, { do: 'rename', node: 'ant', to: 'pi-1' })).toContain('via: pi-1 }')
  })

  it('is looked for in texts that may mean it', () => {
    const { result, value, positions } = changes(OFFICE, { do: 'rename', node: 'bee', to: 'wasp' })
    expect(mentions('bee', { value, positions, schema }, 'changes' in result ? result.changes : [])).toEqual([
      'roles.consul-server.kv.who',
      'roles.consul-server.kv.where',
    ])
  })

  it('is quoted where YAML would read something else', () => {
    expect(
      edited('nodes: { ant: {} }\nroles: { base: { on: ant } }\n', { do: 'rename', node: 'ant', to: 'null' }),
    ).toBe('nodes: { "null": {} }\nroles: { base: { on: "null" } }\n')
  })

  it.each([
    ['a node that is not there', 'be', 'wasp', ['NODE_NOT_IN_FILE']],
    ['a name that another one has', 'bee', 'cat', ['NODE_IN_FILE']],
  ])('is not %s', (_, node, to, codes) => {
    expect(edited(OFFICE, { do: 'rename', node, to })).toEqual(codes)
  })
})

describe('a node that is removed', () => {
  it('leaves every list, and takes along options that name nobody else', () => {
    expect(edited(OFFICE, { do: 'remove', node: 'bee' })).toBe(
      OFFICE.replace('  bee: { address: 192.168.1.11, via: ant }\n', '')
        .replace('[ant, bee, cat]', '[ant, cat]')
        .replace('    - "bee"\n', '')
        .replace('of: [ant, bee]', 'of: [ant]')
        .replace('behind_nat: [bee, cat]', 'behind_nat: [cat]')
        .replace('      - bee\n', '')
        .replace('    ui: bee\n', '')
        .replace('on: [bee, cat]', 'on: [cat]'),
    )
  })

  it('goes with all lines that are its own, and with no comment of another', () => {
    expect(edited(OFFICE, { do: 'remove', node: 'cat' })).toBe(
      OFFICE.replace('  cat:\n    address: 192.168.1.12\n    has: [speaker]   # loud\n', '')
        .replace('[ant, bee, cat]', '[ant, bee]')
        .replace('    - cat   # alone no more\n', '')
        .replace('behind_nat: [bee, cat]', 'behind_nat: [bee]')
        .replace('      - cat\n', '')
        .replace('on: [bee, cat]', 'on: [bee]'),
    )
  })

  it('is not the way to another one, nor the only one that is chosen', () => {
    expect(edited(OFFICE, { do: 'remove', node: 'ant' })).toEqual(['NODE_IS_THE_WAY'])
    const alone = OFFICE.replace('[bee, cat]', 'bee').replace('on: [bee, cat]', 'on: bee')
    expect(edited(alone, { do: 'remove', node: 'bee' })).toEqual(['NODE_IS_THE_ONLY_ONE'])
  })

  it.each([
    ['nodes: { ant: {}, bee: {}, cat: {} }\n', 'nodes: { ant: {}, cat: {} }\n'],
    ['nodes: { ant: {}, bee: {} }\n', 'nodes: { ant: {} }\n'],
    ['nodes: {\n  ant: {}, # one\n  bee: {}, # two\n}\n', 'nodes: {\n  ant: {}, # one\n}\n'],
    ['nodes: {\n  ant: {}, # one\n  bee: {} # two\n}\n', 'nodes: {\n  ant: {}, # one\n}\n'],
    ['nodes:\n  bee:\n', 'nodes:\n  {}\n'],
    ['nodes:\n  bee:\n  ant:', 'nodes:\n  ant:'],
  ])('leaves %j in order', (text, wanted) => {
    expect(edited(text, { do: 'remove', node: 'bee' })).toBe(wanted)
  })
})

describe('a node that is added', () => {
  it('stands behind the others, in their form, and in the lists that were named', () => {
    const entry = { address: '192.168.1.14', memory: '4GiB', labels: { room: 'attic' } }
    expect(edited(OFFICE, add('dog', entry, ['servers', 'loud']))).toBe(
      OFFICE.replace(
        '# loud\n',
        '# loud\n  dog:\n    address: 192.168.1.14\n    memory: 4GiB\n    labels: { room: attic }\n',
      )
        .replace('[ant, bee, cat]', '[ant, bee, cat, dog]')
        .replace('    - "bee"\n', '    - "bee"\n    - dog\n'),
    )
  })

  it.each([
    [
      'nodes:\n  ant: { address: 1.2.3.4 }  # one\n# end',
      'nodes:\n  ant: { address: 1.2.3.4 }  # one\n  dog: { address: fd00::1 }\n# end',
    ],
    ['nodes:\n    ant:', 'nodes:\n    ant:\n    dog: { address: fd00::1 }'],
    [
      'nodes:\r\n  ant: {}\r\nroles: {}\r\n',
      'nodes:\r\n  ant: {}\r\n  dog: { address: fd00::1 }\r\nroles: {}\r\n',
    ],
    ['nodes: { ant: {} }\n', 'nodes: { ant: {}, dog: { address: fd00::1 } }\n'],
    ['nodes: {}\n', 'nodes: { dog: { address: fd00::1 } }\n'],
    ['nodes:\ndomain: x\n', 'nodes:\n  dog: { address: fd00::1 }\ndomain: x\n'],
  ])('goes into %j', (text, wanted) => {
    expect(edited(text, add('dog', { address: 'fd00::1' }))).toBe(wanted)
  })

  it.each([
    ['ant', [], 'NODE_IN_FILE'],
    ['dog', ['server'], 'NO_SUCH_LIST'],
    ['dog', ['fast'], 'LIST_NOT_BY_NAME'],
  ])('is refused as %s in %j (%s)', (node, groups, code) => {
    expect(edited(OFFICE, add(node, {}, groups))).toEqual([code])
  })

  it('makes a list of a single name', () => {
    expect(edited('nodes: { ant: {} }\ngroups: { core: ant }\n', add('dog', {}, ['core']))).toBe(
      'nodes: { ant: {}, dog: {} }\ngroups: { core: [ant, dog] }\n',
    )
  })
})

describe('anchors and merge keys', () => {
  const SHARED = `nodes:
  ant: &board { address: 192.168.1.10 }
  bee: { <<: *board, address: 192.168.1.11 }
groups:
  core: &core [ant, bee]
roles:
  base: { on: *core }
  wireguard: { on: &who ant, behind_nat: [*who, bee] }
`
  it('are followed: what several places share is changed once', () => {
    expect(edited(SHARED, { do: 'rename', node: 'ant', to: 'pi-1' })).toBe(
      SHARED.replace('  ant: &', '  pi-1: &')
        .replace('[ant, bee]', '[pi-1, bee]')
        .replace('&who ant', '&who pi-1'),
    )
    expect(edited(SHARED, { do: 'remove', node: 'bee' })).toBe(
      SHARED.replace('  bee: { <<: *board, address: 192.168.1.11 }\n', '')
        .replace('[ant, bee]', '[ant]')
        .replace('[*who, bee]', '[*who]'),
    )
  })

  it('are left to whoever wrote them where an edit would mean something else', () => {
    // Without the anchor, the alias below would stand for nothing.
    const text = 'nodes:\n  ant: &board { model: pi4 }\n  bee: *board\n'
    expect(edited(text, { do: 'remove', node: 'ant' })).toBeUndefined()
    // The word is shared with a place that names no node.
    const word = 'cluster: &word ant\nnodes: { ant: {}, bee: {} }\nroles: { base: { on: *word } }\n'
    expect(edited(word, { do: 'rename', node: 'ant', to: 'dog' })).toBeUndefined()
  })
})

describe('any list of nodes', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
  const layout = fc.constantFrom(
    (names: readonly string[]) => `[${names.join(', ')}]`,
    (names: readonly string[]) => `[ ${names.join(' , ')} ]`,
    (names: readonly string[]) => `[\n    ${names.join(', # c\n    ')},\n  ]`,
    (names: readonly string[]) => `\n${names.map((each) => `    - ${each}  # c\n`).join('')}`.trimEnd(),
  )

  it('says after an edit what was meant, with all comments of the others', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 2, maxLength: 5 }),
        layout,
        fc.nat(),
        (names, write, at) => {
          const text = `nodes:\n${names.map((each) => `  ${each}:  # n\n`).join('')}groups:\n  core: ${write(names)}\n`
          const node = names[at % names.length] ?? ''
          const removed = edited(text, { do: 'remove', node })
          expect(readYaml('', String(removed)).value).toMatchObject({
            groups: { core: names.filter((each) => each !== node) },
          })
          expect(String(removed).split('# n')).toHaveLength(names.length)
          const renamed = edited(text, { do: 'rename', node, to: 'zz-new' })
          expect(edited(String(renamed), { do: 'rename', node: 'zz-new', to: node })).toBe(text)
          const added = edited(text, add('zz-new', {}, ['core']))
          expect(edited(String(added), { do: 'remove', node: 'zz-new' })).toBe(text)
        },
      ),
    )
  })
})
