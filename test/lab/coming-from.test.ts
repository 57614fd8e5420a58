/** The table of docs/coming-from.md: every command in its last column does on fifty nodes what the first one says. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comingFrom } from '../cli/coming-from.ts'
import { madeUpNodes, type MadeUpNodes } from '../cli/made-up-nodes.ts'
import { TestTerminal, hasTerminal } from '../cli/terminal.ts'
import { noScratchNodes } from '../delivery/scratch-node.ts'

if (noScratchNodes !== undefined) console.warn(`coming-from.test.ts is skipped: ${noScratchNodes}`)

/** What shows that a command does what its row says. */
interface Shown {
  /** Words that it is typed with beside those of the table. */
  readonly with?: readonly string[]
  readonly code?: number
  readonly says: RegExp
  /** What has to be so afterwards, in the folder of the cluster. */
  readonly leaves?: (folder: string) => void
  readonly before?: (folder: string) => void
  /** It goes on until it is stopped, once it has said this. */
  readonly until?: RegExp
}

const clusterFile = (folder: string): string => readFileSync(join(folder, 'cluster.yaml'), 'utf8')
/** There is no engine among fifty scratch nodes: test/lab/own-clients.ts shows these with engines. */
const NO_ENGINE: Shown = { code: 1, says: /CLIENT_UNKNOWN/ }

/** By the command, in the order in which they are typed. */
const SHOWN: Readonly<Record<string, Shown>> = {
  'bramble init': {
    with: [
      '-C',
      'new',
      '--name',
      'office',
      '--domain',
      'home.arpa',
      '--user',
      'pi',
      '--node',
      'ant=192.0.2.1',
      '--key',
      'new/key.pub',
    ],
    says: /cluster\.yaml/,
    before: (folder) => {
      mkdirSync(join(folder, 'new'))
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'new/key')])
    },
    leaves: (folder) => expect(clusterFile(join(folder, 'new'))).toContain('cluster: office'),
  },
  'bramble import ansible hosts.ini': {
    says: /^ {2}ant: \{ address: 192\.0\.2\.7 \}$/m,
    before: (folder) => writeFileSync(join(folder, 'hosts.ini'), '[core]\nant ansible_host=192.0.2.7\n'),
  },
  'bramble export ansible': { says: /^n50 ansible_host=/m },
  'bramble check': { says: /made-up: 50 nodes, 0 roles, no mistakes/ },
  'bramble fmt': {
    says: /cluster\.yaml/,
    before: (folder) => writeFileSync(join(folder, 'cluster.yaml'), `${clusterFile(folder)}\n\n\n`),
    leaves: (folder) => expect(clusterFile(folder)).not.toMatch(/\n\n\n/),
  },
  'bramble facts': { says: /n01[^]*n50/ },
  'bramble plan': { says: /50 nodes|nothing to do/i },
  'bramble plan --out plan.json': {
    says: /plan\.json/,
    leaves: (folder) => expect(existsSync(join(folder, 'plan.json'))).toBe(true),
  },
  'bramble apply plan.json': { says: /on 50 nodes/ },
  'bramble apply': { with: ['--yes'], says: /on 50 nodes/ },
  'bramble apply --yes': { says: /on 50 nodes/ },
  'bramble apply -n ant': { with: ['--yes'], says: /on 1 node/ },
  'bramble apply --take-over': { with: ['--yes'], says: /on 50 nodes/ },
  'bramble status': { says: /n50/ },
  'bramble status -n ant': { says: /n01/ },
  'bramble status --watch': { code: 130, says: /n50/, until: /n50/ },
  'bramble top': { says: /n50/ },
  'bramble ports': { says: /./ },
  'bramble run -n all -- uptime': { says: /n50 \| .*load average/ },
  'bramble ssh ant': { with: ['--', 'echo', 'it is there'], says: /^it is there$/m },
  'bramble ssh-config': { says: /Host n01/ },
  'bramble logs ssh': { with: ['-n', 'n01'], says: /There are no entries/ },
  'bramble env consul': NO_ENGINE,
  'bramble connect consul': NO_ENGINE,
  'bramble secrets list': {
    says: /token/,
    before: (folder) => writeFileSync(join(folder, 'token.txt'), 'opensesame'),
  },
  'bramble secrets show token': { says: /^opensesame$/m },
  'bramble secrets rekey': { says: /./ },
  'bramble node add dog': {
    with: ['--address', '192.0.2.13', '--yes', '--no-plan'],
    says: /Undo: bramble node remove dog/,
    leaves: (folder) => expect(clusterFile(folder)).toContain('dog: { address: 192.0.2.13 }'),
  },
  'bramble node remove dog': {
    with: ['--yes', '--no-plan'],
    says: /dog/,
    leaves: (folder) => expect(clusterFile(folder)).not.toContain('dog'),
  },
  'bramble reset ant': { with: ['--yes'], says: /sets n01 up again/ },
  'bramble upgrade': { says: /No role has an engine/ },
  'bramble log': { says: /apply/ },
  'bramble explain base': { says: /base/ },
  'bramble destroy': { with: ['--yes'], says: /Kept here, for a cluster that comes back/ },
  'bramble completion bash': { says: /complete -F/ },
  'bramble version': { says: /^bramble \d+\.\d+\.\d+/ },
}

const ESCAPE = '\u001b'
const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]*[1-9][0-9;]*m`)
/** What a live picture draws over itself ends where the cursor is moved. */
const LINE_END = new RegExp(`\r?\n|${ESCAPE}\\[[0-9;?]*[A-Za-z]`)

describe.skipIf(noScratchNodes !== undefined)('what people reach for', () => {
  let nodes: MadeUpNodes
  beforeAll(async () => {
    nodes = await madeUpNodes(51)
    const file = join(nodes.folder, 'cluster.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ {2}gone:.*\n/m, ''))
    await nodes.bramble(['facts'])
    await nodes.bramble(['secrets', 'import', 'token', '--kind', 'text'], { input: 'opensesame' })
  })
  afterAll(() => nodes.remove())

  /** The words of the table; its node is one that is there. */
  const wordsOf = (typed: string): string[] =>
    typed
      .replaceAll(/\bant\b/g, 'n01')
      .split(' ')
      .slice(1)

  it('is all in the table, and nothing else', () => {
    const typed = new Set(comingFrom().flatMap(({ here }) => here))
    expect(Object.keys(SHOWN).sort()).toEqual([...typed].sort())
  })

  it.each(Object.entries(SHOWN))('%s', async (typed, shown) => {
    shown.before?.(nodes.folder)
    const { until } = shown
    const { code, out, err } = await nodes.bramble([...wordsOf(typed), ...(shown.with ?? [])], {
      ...(until && { watched: (text, signal) => until.test(text) && signal('SIGINT') }),
    })
    expect([code, out + err]).toEqual([shown.code ?? 0, expect.stringMatching(shown.says)])
    // Nobody is at a terminal: no colour, nothing redrawn.
    expect(out).not.toContain(ESCAPE)
    // Nor does Node.js find fault with something.
    expect(err).not.toMatch(/\(node:\d+\)/)
    shown.leaves?.(nodes.folder)
  })

  const LOOKS = ['plan', 'status', 'top', 'check', 'log', 'ports']

  it.each(LOOKS)('%s answers programs in JSON alone', async (verb) => {
    const { out } = await nodes.bramble([verb, '--json'])
    const whole = (): unknown => JSON.parse(out)
    const lines = (): unknown =>
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)
    expect(verb === 'plan' || verb === 'log' ? lines : whole).not.toThrow()
  })

  describe.skipIf(!hasTerminal)('in a terminal', () => {
    const widths = LOOKS.flatMap((verb) => [80, 200].map((columns) => [verb, columns] as const))

    it.each(widths)('%s of %i columns shows no line that is wider', async (verb, columns) => {
      const { folder, environment, program } = nodes
      const terminal = new TestTerminal(folder, [...program, verb], { columns, environment })
      await terminal.ended()
      const lines = terminal.text.split(LINE_END)
      expect(lines.length).toBeGreaterThan(1)
      expect(lines.filter((line) => line.length > columns)).toEqual([])
      // NO_COLOR is set.
      expect(terminal.text).not.toMatch(COLOUR)
    })
  })
})
