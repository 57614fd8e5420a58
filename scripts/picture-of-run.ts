/**
 * Draws what a command printed as a picture of a terminal: `COMMAND | node --import jiti/register scripts/picture-of-run.ts > docs/demo.svg`.
 * Understands the colours that Bramble uses (ECMA-48 SGR) and nothing else.
 */
import { readFileSync } from 'node:fs'

const COLUMNS = 110
const LINE_HEIGHT = 17
const CHARACTER_WIDTH = 7.8
const MARGIN = 16

const COLOURS: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '34': '#79c0ff',
  '35': '#d2a8ff',
  '36': '#76e3ea',
  '90': '#8b949e',
}

interface Style {
  readonly colour?: string
  readonly bold?: boolean
  readonly dim?: boolean
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function styled(style: Style, codes: readonly string[]): Style {
  return codes.reduce<Style>((now, code) => {
    if (code === '0' || code === '') return {}
    if (code === '1') return { ...now, bold: true }
    if (code === '2') return { ...now, dim: true }
    if (code === '22') {
      const { colour } = now
      return colour === undefined ? {} : { colour }
    }
    if (code === '39') return { ...(now.bold && { bold: true }), ...(now.dim && { dim: true }) }
    const colour = COLOURS[code]
    return colour === undefined ? now : { ...now, colour }
  }, style)
}

function spans(line: string): string {
  let style: Style = {}
  let out = ''
  // eslint-disable-next-line no-control-regex
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    // eslint-disable-next-line no-control-regex
    const sequence = /^\u001b\[([0-9;]*)m$/.exec(part)
    if (sequence) {
      style = styled(style, (sequence[1] ?? '').split(';'))
      continue
    }
    if (part === '') continue
    const attributes = [
      style.colour ? ` fill="${style.colour}"` : '',
      style.bold ? ' font-weight="bold"' : '',
      style.dim ? ' opacity="0.65"' : '',
    ].join('')
    out += `<tspan${attributes}>${escaped(part)}</tspan>`
  }
  return out
}

const lines = readFileSync(0, 'utf8')
  .trimEnd()
  .split('\n')
  // A line that was drawn over keeps its last state.
  .map((line) => line.split('\r').at(-1) ?? '')
const width = Math.round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
const height = lines.length * LINE_HEIGHT + 2 * MARGIN
const rows = lines.map((line, index) => {
  const y = MARGIN + (index + 1) * LINE_HEIGHT - 4
  return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans(line)}</text>`
})
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n` +
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n` +
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">\n` +
    `${rows.join('\n')}\n</g>\n</svg>\n`,
)
