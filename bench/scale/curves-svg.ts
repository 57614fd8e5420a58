/** Draws the curves of the benchmark `scale` as SVG, for docs/benchmarks.md. */

/** One point of every curve. */
export interface Point {
  readonly nodes: number
  readonly seconds: number
  readonly megabytes: number
  readonly descriptors: number
}

const PANELS = [
  { title: 'apply with nothing to do, s', key: 'seconds', colour: '#c2185b' },
  { title: 'memory of the controller, MB', key: 'megabytes', colour: '#00796b' },
  { title: 'file descriptors', key: 'descriptors', colour: '#5e35b1' },
] as const

const WIDTH = 260
const HEIGHT = 170
const LEFT = 46
const TOP = 28
const BOTTOM = 30
const GAP = 20

/** The next of 1, 2, 5, 10, 20, 50 and so on that is not below a value. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${words}</text>`
}

function panel(points: readonly Point[], index: number): string {
  const shown = PANELS[index]
  if (!shown) throw new Error(`there is no panel ${index}`)
  const { title, key, colour } = shown
  const mostNodes = Math.max(...points.map(({ nodes }) => nodes))
  const most = roundedUp(Math.max(...points.map((point) => point[key])))
  const x = (nodes: number): number => LEFT + (nodes / mostNodes) * (WIDTH - LEFT - 14)
  const y = (value: number): number => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM)
  const lines = [0, most / 2, most].map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - 14}" y1="${y(value)}" y2="${y(value)}"/>` +
      text(LEFT - 6, y(value) + 4, String(value), 'end'),
  )
  const path = points.map((point) => `${x(point.nodes).toFixed(1)},${y(point[key]).toFixed(1)}`).join(' ')
  const dots = points.map(
    (point) =>
      `<circle cx="${x(point.nodes).toFixed(1)}" cy="${y(point[key]).toFixed(1)}" r="3.5" fill="${colour}"/>` +
      text(x(point.nodes), HEIGHT - BOTTOM + 16, String(point.nodes), 'middle'),
  )
  return [
    `<g transform="translate(${index * (WIDTH + GAP)} 0)">`,
    text(LEFT, 16, title, 'start'),
    ...lines,
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...dots,
    '</g>',
  ].join('\n')
}

/** Three panels side by side: time, memory, file descriptors, each over the number of nodes. */
export function curvesSvg(points: readonly Point[]): string {
  const width = PANELS.length * (WIDTH + GAP) - GAP
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="Time, memory and file descriptors over the number of nodes">
<style>text { font: 12px sans-serif; fill: #555 } .grid { stroke: #ccc; stroke-width: 1 } svg { background: #fff }</style>
<rect width="${width}" height="${HEIGHT}" fill="#fff"/>
${PANELS.map((_, index) => panel(points, index)).join('\n')}
</svg>
`
}
