/** The dashboard of the boards: heat, what holds them back, disks, memory, targets. Written as Grafana keeps it (its "Dashboard JSON model"). */

/** Identifier of the source of data, for all panels. */
export const SOURCE_UID = 'bramble'
/** Grafana's word for what answers as Prometheus does. */
export const SOURCE_TYPE = 'prometheus'
const DASHBOARD_UID = 'bramble-boards'

const ON = 'node=~"$node"'
const DISKS = `${ON},fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nfs.*|fuse.*"`
const SOURCE = { type: SOURCE_TYPE, uid: SOURCE_UID }
/** The width of a row (Grafana, "Panel size and position"). */
const COLUMNS = 24
const HEIGHT = 8

interface Graph {
  readonly title: string
  readonly sort: 'timeseries' | 'state-timeline' | 'stat'
  readonly unit: string
  readonly expression: string
  /** What a series is called. */
  readonly legend: string
  /** Where the colour changes to red. */
  readonly red?: number
}

/** All panels, two in a row. */
export const GRAPHS: readonly Graph[] = [
  {
    title: 'Targets that give metrics',
    sort: 'state-timeline',
    unit: 'bool_yes_no',
    expression: `min by (node, job) (up{${ON}})`,
    legend: '{{node}} {{job}}',
  },
  {
    title: 'Alerts that fire',
    sort: 'stat',
    unit: 'none',
    expression: 'count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)',
    legend: 'alerts',
    red: 1,
  },
  {
    title: 'Heat of the boards',
    sort: 'timeseries',
    unit: 'celsius',
    expression: `bramble_board_temperature_celsius{${ON}}`,
    legend: '{{node}}',
    red: 80,
  },
  {
    title: 'Held back',
    sort: 'state-timeline',
    unit: 'bool_yes_no',
    expression: `bramble_board_throttled{${ON}}`,
    legend: '{{node}} {{reason}}',
    red: 1,
  },
  {
    title: 'Disks in use',
    sort: 'timeseries',
    unit: 'percentunit',
    expression: `1 - node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes`,
    legend: '{{node}} {{mountpoint}}',
    red: 0.9,
  },
  {
    title: 'Memory in use',
    sort: 'timeseries',
    unit: 'percentunit',
    expression: `1 - node_memory_MemAvailable_bytes{${ON}} / node_memory_MemTotal_bytes`,
    legend: '{{node}}',
    red: 0.95,
  },
  {
    title: 'Processors in use',
    sort: 'timeseries',
    unit: 'percentunit',
    expression: `1 - avg by (node) (rate(node_cpu_seconds_total{${ON},mode="idle"}[5m]))`,
    legend: '{{node}}',
  },
  {
    title: 'Network',
    sort: 'timeseries',
    unit: 'Bps',
    expression: `sum by (node) (rate(node_network_receive_bytes_total{${ON},device!="lo"}[5m]) + rate(node_network_transmit_bytes_total{${ON},device!="lo"}[5m]))`,
    legend: '{{node}}',
  },
]

function panelOf({ title, sort, unit, expression, legend, red }: Graph, index: number): object {
  const steps = [
    { color: 'green', value: null },
    ...(red === undefined ? [] : [{ color: 'red', value: red }]),
  ]
  return {
    id: index + 1,
    title,
    type: sort,
    datasource: SOURCE,
    gridPos: {
      x: (index % 2) * (COLUMNS / 2),
      y: Math.floor(index / 2) * HEIGHT,
      w: COLUMNS / 2,
      h: HEIGHT,
    },
    fieldConfig: { defaults: { unit, thresholds: { mode: 'absolute', steps } }, overrides: [] },
    targets: [{ refId: 'A', datasource: SOURCE, expr: expression, legendFormat: legend }],
  }
}

/** The dashboard as the file that Grafana reads. */
export function dashboardText(cluster: string): string {
  const node = {
    name: 'node',
    type: 'query',
    datasource: SOURCE,
    query: { query: 'label_values(up, node)', refId: 'node' },
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    refresh: 2,
    sort: 1,
  }
  const dashboard = {
    uid: DASHBOARD_UID,
    title: `Boards of ${cluster}`,
    tags: ['bramble'],
    editable: false,
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [node] },
    panels: GRAPHS.map(panelOf),
  }
  return `${JSON.stringify(dashboard, undefined, 2)}\n`
}
