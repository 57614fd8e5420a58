/** A question to a resolver, asked of one that answers bytes that are known. */
import { Duplex, PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { addressQuestion } from './question.ts'

/** A stream whose other end says this, in such pieces, and keeps what it was asked. */
function resolver(pieces: readonly string[]) {
  const asked = new PassThrough()
  const said = new PassThrough()
  for (const piece of pieces) said.write(Buffer.from(piece, 'hex'))
  said.end()
  return { stream: Duplex.from({ readable: said, writable: asked }), asked }
}

it('is asked as RFC 1035 has it, and the header of the answer is read, in whatever pieces it comes', async () => {
  const { stream, asked } = resolver(['00', '20000081800001', '000200000000', '00'])
  expect(await addressQuestion(stream, 'a.bc')).toEqual({ code: 0, answers: 2 })
  const question = (asked.read() as Buffer).toString('hex')
  expect(question).toBe(
    ['0016', '0000', '0100', '0001000000000000', '0161', '026263', '00', '0001', '0001'].join(''),
  )
})

it('tells that there is no such name', async () => {
  expect(await addressQuestion(resolver(['001600008183000100000000', '00000000']).stream, 'a')).toEqual({
    code: 3,
    answers: 0,
  })
})

it('does not take silence for an answer', async () => {
  await expect(addressQuestion(resolver(['0016']).stream, 'a')).rejects.toThrow('without an answer')
})
