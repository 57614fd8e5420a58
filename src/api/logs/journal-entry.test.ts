import { describe, expect, it } from 'vitest'
import { readEntry, type JournalEntry } from './journal-entry.ts'
import { asTheyCome, inTimeOrder } from './time-order.ts'

const entry = (node: string, microseconds: number): JournalEntry => ({ node, microseconds, text: '' })

async function* given(...entries: readonly JournalEntry[]): AsyncGenerator<JournalEntry> {
  for (const each of entries) yield await Promise.resolve(each)
}

async function all(entries: AsyncIterable<JournalEntry>): Promise<string[]> {
  const found: string[] = []
  for await (const { node, microseconds } of entries) found.push(`${node}${microseconds}`)
  return found
}

describe('an entry of a journal', () => {
  it('has the unit that it is about, and who wrote it', () => {
    const line = JSON.stringify({
      __REALTIME_TIMESTAMP: '1795959991000123',
      MESSAGE: 'Started web.service.\nsecond line',
      PRIORITY: '3',
      SYSLOG_IDENTIFIER: 'systemd',
      _PID: '1',
      _SYSTEMD_UNIT: 'init.scope',
      UNIT: 'web.service',
    })
    expect(readEntry('ada', line)).toEqual({
      node: 'ada',
      microseconds: 1_795_959_991_000_123,
      unit: 'web.service',
      identifier: 'systemd',
      pid: 1,
      priority: 3,
      text: 'Started web.service.\nsecond line',
    })
  })

  it('is read from bytes that are no UTF-8, from fields that come twice, and from almost nothing', () => {
    const bytes = { __REALTIME_TIMESTAMP: '1', MESSAGE: [104, 105, 255], SYSLOG_IDENTIFIER: ['a', 'b'] }
    expect(readEntry('ada', JSON.stringify(bytes))).toMatchObject({ text: 'hi\ufffd', identifier: 'a\nb' })
    expect(readEntry('ada', '{"__REALTIME_TIMESTAMP":"5","MESSAGE":null}')).toEqual(entry('ada', 5))
  })

  it('is not what is no entry', () => {
    for (const line of ['', 'missing', '{', '{}', '{"__REALTIME_TIMESTAMP":"soon"}', 'null'])
      expect(readEntry('ada', line)).toBeUndefined()
  })
})

describe('entries of several nodes', () => {
  it('are merged by their times, those of one node in its own order', async () => {
    const merged = inTimeOrder([
      given(entry('a', 1), entry('a', 5), entry('a', 4)),
      given(),
      given(entry('b', 2), entry('b', 6)),
    ])
    expect(await all(merged)).toEqual(['a1', 'b2', 'a5', 'a4', 'b6'])
  })

  it('are put in order as far as they come together, and none is lost', async () => {
    const many = Array.from({ length: 25_000 }, (_, at) => entry('b', at + 10))
    const shown = await all(asTheyCome([given(entry('a', 12), entry('a', 13)), given(...many), given()]))
    expect(shown).toHaveLength(25_002)
    expect(shown.slice(0, 5)).toEqual(['b10', 'b11', 'a12', 'b12', 'a13'])
  })

  it('end with the error of a node', async () => {
    async function* broken(): AsyncGenerator<JournalEntry> {
      yield await Promise.resolve(entry('a', 1))
      throw new Error('gone')
    }
    await expect(all(asTheyCome([broken()]))).rejects.toThrow('gone')
  })
})
