import { describe, expect, it } from 'vitest'
import { bytesOf, OutputLines } from './output-lines.ts'

/** All lines of what comes in these pieces. */
function lines(...pieces: readonly Uint8Array[]) {
  const output = new OutputLines()
  return [...pieces.flatMap((piece) => output.push(piece)), ...output.rest()]
}

const bytes = (text: string): Buffer => Buffer.from(text)

describe('the lines of an output', () => {
  it('are whole, wherever its pieces begin and end', () => {
    const all = bytes('one\ntwo ü\u{1f980}\n\nthree')
    for (let cut = 0; cut <= all.length; cut++)
      expect(lines(all.subarray(0, cut), all.subarray(cut))).toEqual([
        { text: 'one' },
        { text: 'two ü\u{1f980}' },
        { text: '' },
        { text: 'three', open: true },
      ])
  })

  it('that are not UTF-8 come as base64', () => {
    expect(lines(Buffer.from([0xff, 0x0a, 0x41, 0x0a]))).toEqual([{ base64: '/w==' }, { text: 'A' }])
  })

  it('have a longest one, which cuts no character in two', () => {
    const long = bytes(`${'x'.repeat(65_534)}${'\u{1f980}'.repeat(20_000)}\n`)
    const cut = lines(long)
    expect(cut.map(({ open, base64 }) => [open, base64])).toEqual([
      [true, undefined],
      [true, undefined],
      [undefined, undefined],
    ])
    expect(Buffer.concat(cut.map(bytesOf)).equals(long)).toBe(true)
  })

  it('give back every byte', () => {
    const any = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256))
    expect(Buffer.concat(lines(any.subarray(0, 777), any.subarray(777)).map(bytesOf)).equals(any)).toBe(true)
  })
})
