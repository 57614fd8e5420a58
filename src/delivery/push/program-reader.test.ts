import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { READER_LIMITS, ProgramReader } from './program-reader.ts'
import type { ReaderLimits } from './program-reader.ts'
import type { ProgramEvent } from './program-events.ts'

const ID = '0123456789ab'
const expected = { node: 'ada', resources: new Set([ID]) }

function read(
  chunks: readonly Uint8Array[],
  limits?: ReaderLimits,
): { reader: ProgramReader; events: ProgramEvent[] } {
  const reader = new ProgramReader(expected, limits)
  return { reader, events: chunks.flatMap((chunk) => reader.push(Buffer.from(chunk))) }
}

const text = (...lines: string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''))

/** Cuts bytes where the numbers say. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let from = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(from, from + size))
    from += size
  }
  return [...chunks, bytes.subarray(from)]
}

/** Lines that are nearly right are worse than noise. */
const types = [
  'hello',
  'fact',
  'differs',
  'content',
  'orphan',
  'converging',
  'changed',
  'failed',
  'skipped',
  'removed',
]
const field = fc.oneof(
  fc.constantFrom(
    ID,
    'create',
    'update',
    'ada',
    '1',
    '-1',
    '',
    'file',
    '\\',
    '\\t',
    '\u001b[2J',
    '\u202e',
    'AA==',
  ),
  fc.string({ unit: 'binary' }),
)
const line = fc
  .tuple(
    fc.constantFrom(
      ...types,
      'trial',
      'confirmed',
      'finished',
      'follows',
      'ended',
      'gone',
      'busy',
      '__proto__',
      'new',
    ),
    fc.array(field, { maxLength: 6 }),
  )
  .map(([type, fields]) => `@\t${[type, ...fields].join('\t')}\n`)
const bytes = fc
  .array(
    fc.oneof(
      line.map((each) => Buffer.from(each)),
      fc.uint8Array({ maxLength: 80 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => Buffer.concat(parts))

/** Everything a terminal could take for a command or that reorders what is read. */
// eslint-disable-next-line no-control-regex
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}

describe('the reader of what a node sends', () => {
  it('takes any bytes in any pieces, gives the same events for them, and nothing that harms a terminal', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(40), { maxLength: 60 }), (stream, sizes) => {
        const whole = read([stream])
        const pieces = read(cut(stream, sizes))
        expect(pieces.events).toEqual(whole.events)
        expect(pieces.reader.violation).toBe(whole.reader.violation)
        expect(pieces.reader.noise).toEqual(whole.reader.noise)
        expect(pieces.reader.offset).toBe(whole.reader.offset)
        for (const each of texts([whole.events, whole.reader.noise, whole.reader.violation ?? ''])) {
          expect(each).not.toMatch(HARMFUL)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('reads the lines of a program byte for byte', () => {
    const { events, reader } = read([
      text(
        'Welcome to ada!',
        '@\thello\t1\tada',
        '@\tfact\tmodel\tRaspberry Pi 4',
        `@\tdiffers\t${ID}\tupdate\tmode\t600\t644`,
        `@\tdiffers\t${ID}\tupdate\tcontent`,
        `@\tcontent\t${ID}\t${Buffer.from('a\tb\nc\\d\r\n').toString('base64')}`,
        `@\tfailed\t${ID}\tno\\ttab\\nno \\\\n line\tone\\ntwo`,
        '@\tfinished\t1\t2\t3\t',
      ),
    ])
    expect(events).toEqual([
      { type: 'hello' },
      { type: 'fact', key: 'model', value: 'Raspberry Pi 4' },
      { type: 'differs', id: ID, action: 'update', field: 'mode', is: '600', wanted: '644' },
      { type: 'differs', id: ID, action: 'update', field: 'content' },
      { type: 'content', id: ID, text: 'a\tb\nc\\d\u240d\n' },
      { type: 'failed', what: ID, message: 'no\u2409tab\u240ano \\n line', output: ['one', 'two'] },
      { type: 'finished', changed: 1, failed: 2, skipped: 3, rebootDue: false },
    ])
    expect(reader.noise).toEqual(['Welcome to ada!'])
  })

  it('gives no text for a content that is none', () => {
    const binary = Buffer.from([0, 1, 2, 255]).toString('base64')
    expect(read([text(`@\tcontent\t${ID}\t${binary}`)]).events).toEqual([{ type: 'content', id: ID }])
  })

  it('ignores and counts types that it does not know', () => {
    const { events, reader } = read([text('@\tsoon\t1', '@\tconstructor', '@\tconfirmed')])
    expect(events).toEqual([{ type: 'confirmed' }])
    expect(reader.ignored).toBe(2)
  })

  it.each([
    ['a resource that the program does not have', '@\tchanged\tffffffffffff'],
    ['the name of another node', '@\thello\t1\teve'],
    ['another version', '@\thello\t2\tada'],
    ['a number that is none', '@\tfinished\t1\tx\t0'],
    ['a need that the program does not have', `@\tskipped\t${ID}\tffffffffffff`],
  ])('stops at %s', (_, bad) => {
    const { events, reader } = read([text('@\tready', bad, '@\tconfirmed')])
    expect(reader.violation).toContain('the line')
    expect(events).toEqual([{ type: 'ready' }])
  })

  it.each([
    ['a line that does not end', { lineBytes: 1000, totalBytes: 1e9, lines: 1e9 }, Buffer.alloc(1001, 'x')],
    [
      'more bytes than a program says',
      { lineBytes: 1000, totalBytes: 3000, lines: 1e9 },
      text(...Array<string>(400).fill('1234567')),
    ],
    [
      'more lines than a program has',
      { lineBytes: 1000, totalBytes: 1e9, lines: 10 },
      text(...Array<string>(11).fill('@\tconfirmed')),
    ],
  ])('stops at %s, and holds nothing of it', (_, limits, stream) => {
    const { reader } = read([stream], limits)
    expect(reader.violation).toBeDefined()
    expect(reader.push(text('@\tconfirmed'))).toEqual([])
  })

  it('does not pile up a long line that comes byte by byte', () => {
    const reader = new ProgramReader(expected)
    const byte = Buffer.from('x')
    const before = process.memoryUsage().arrayBuffers
    for (let sent = 0; sent < READER_LIMITS.lineBytes + 10; sent++) reader.push(byte)
    expect(reader.violation).toContain('a line of more than')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20)
  })

  it('counts only whole lines of the events file, so that a broken connection goes on where it broke', () => {
    const file = text('@\thello\t1\tada', `@\tchanged\t${ID}`, '@\tfinished\t1\t0\t0\t')
    fc.assert(
      fc.property(fc.nat(file.length), (broken) => {
        const reader = new ProgramReader(expected)
        const events = [
          ...reader.push(text('noise of a shell', '@\tready', '@\tfollows')),
          ...reader.push(file.subarray(0, broken)),
        ]
        reader.reconnect()
        events.push(...reader.push(text('other noise', '@\tready', '@\tfollows')))
        events.push(...reader.push(file.subarray(reader.offset)))
        expect(events.filter(({ type }) => type !== 'ready' && type !== 'follows')).toEqual(
          read([file]).events,
        )
        expect(reader.offset).toBe(file.length)
      }),
    )
  })
})
