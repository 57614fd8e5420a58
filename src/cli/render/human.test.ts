import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { finished, officeApply, recorded, started } from '../../../test/cli/example-run.ts'
import { NO_COLOURS } from '../../diagnostics/palette.ts'
import type { Event } from '../../events/event.ts'
import { humanRenderer } from './human.ts'
import type { LiveStream } from './live-area.ts'
import { RunProgress } from './progress.ts'
import type { Renderer } from './renderer.ts'

const HIDE = '\u001b[?25l'
const SHOW = '\u001b[?25h'

/** A terminal that keeps what is written to it. */
function terminal(): { stream: LiveStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 })
  const parts: string[] = []
  stream.on('data', (chunk: Buffer) => parts.push(chunk.toString()))
  return { stream, text: () => parts.join('') }
}

function play(events: readonly Event[], between: (renderer: Renderer) => void = () => undefined): string {
  const { stream, text } = terminal()
  const progress = new RunProgress()
  const renderer = humanRenderer({ stream, palette: NO_COLOURS, progress, unicode: true })
  for (const event of events) {
    progress.take(event)
    renderer.event(event)
  }
  between(renderer)
  renderer.close()
  return text()
}

it('keeps failures with their output, and warnings, on the screen', () => {
  const text = play(officeApply())
  expect(text).toContain(
    '✗ carter/service:consul: the unit did not start\n  | consul[812]: failed to parse config\n',
  )
  expect(text).toContain(
    '✗ tealc: NODE_UNREACHABLE: does not answer at 192.168.42.14\n  why nothing was changed on it\n  fix look at its power',
  )
  expect(text).toContain('warning CLOCK_OFF: oneil: the clock is 4 s behind\n')
})

it('never hands a control character of a node to the terminal', () => {
  expect(play(officeApply())).toContain('␛[31mexit 1')
})

it('draws while the run goes on and gives the cursor back when it ends', async () => {
  const { stream, text } = terminal()
  const progress = new RunProgress()
  const renderer = humanRenderer({ stream, palette: NO_COLOURS, progress, unicode: false })
  const [first] = recorded(started('apply'))
  if (!first) throw new Error('no event')
  progress.take(first)
  renderer.event(first)
  await expect.poll(text).toContain('0 of 5 nodes done')
  expect(text()).toContain(HIDE)
  expect(text()).not.toContain(SHOW)
  renderer.pause()
  expect(text().lastIndexOf(SHOW)).toBeGreaterThan(text().lastIndexOf(HIDE))
  renderer.resume()
  await expect.poll(() => text().split(HIDE).length).toBe(3)
  renderer.close()
  renderer.close()
  expect(text().split(SHOW)).toHaveLength(3)
})

it('does not flood the screen when hundreds of nodes fail alike', () => {
  const nodes = Array.from({ length: 300 }, (_, index) => `pi-${index}`)
  const failure = { message: 'no route', fix: 'plug it in' }
  const text = play(
    recorded(started('apply', nodes), ...nodes.map((node) => finished(node, 'failed', {}, failure))),
  )
  expect(text.split('no route\n')).toHaveLength(41)
  expect(text.split('plug it in\n')).toHaveLength(11)
})

it('prints what the command itself says above the picture', () => {
  expect(play(officeApply().slice(0, 5), (renderer) => renderer.note('Stopping\n'))).toContain('Stopping\n')
})
