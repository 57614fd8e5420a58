/** Alert rules that matter on small boards. Each says what is wrong in a sentence with the node's name in it. */
import { HOT } from '../../hardware/board-health.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  /** How long it has to be so. */
  readonly for?: string
  readonly severity: 'critical' | 'warning' | 'none'
  readonly summary: string
  /** More annotations. */
  readonly more?: Readonly<Record<string, string>>
}

const DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nfs.*|fuse.*"'

const watchdog = (watcher: string): Rule => ({
  // Always there: whoever is told of alerts and hears this one no more knows that nobody watches.
  alert: 'Watchdog',
  expr: 'vector(time())',
  severity: 'none',
  summary: `${watcher} watches. When this one stops, nobody does.`,
  // An Alertmanager repeats for minutes what it was told last: only one that goes on is of somebody who watches.
  more: { beat: '{{ printf "%.0f" $value }}' },
})

const RULES: readonly Rule[] = [
  {
    alert: 'TargetDown',
    expr: 'up == 0',
    for: '2m',
    severity: 'critical',
    summary: '{{ or $labels.service $labels.job }} on {{ $labels.node }} gives no metrics',
  },
  {
    alert: 'DiskNearlyFull',
    expr: `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes < 0.1`,
    for: '5m',
    severity: 'warning',
    summary:
      '{{ $labels.mountpoint }} of {{ $labels.node }} is nearly full: {{ $value | humanizePercentage }} are free',
  },
  {
    alert: 'DiskFull',
    expr: `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes < 0.03`,
    severity: 'critical',
    summary: '{{ $labels.mountpoint }} of {{ $labels.node }} is full',
  },
  {
    // What a card that is worn out does to a system.
    alert: 'RootReadOnly',
    expr: 'bramble_board_root_read_only == 1',
    severity: 'critical',
    summary: 'the root of {{ $labels.node }} can only be read: its card or disk is failing',
  },
  {
    alert: 'DiskErrors',
    expr: 'bramble_board_disk_errors > 0',
    severity: 'warning',
    summary:
      'the file systems of {{ $labels.node }} have counted {{ $value }} errors: its card or disk is failing',
  },
  {
    alert: 'FlashWorn',
    expr: 'bramble_board_wear_ratio >= 0.9',
    severity: 'warning',
    summary: 'the life of the flash memory of {{ $labels.node }} is nearly over',
  },
  {
    // Raspberry Pi boards slow down from 80 °C on (Raspberry Pi documentation, frequency management and thermal control).
    alert: 'BoardHot',
    expr: `bramble_board_temperature_celsius >= ${HOT}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.node }} is at {{ $value }} °C and slows down',
  },
  {
    alert: 'UnderVoltage',
    expr: 'bramble_board_throttled{reason="under-voltage"} == 1',
    severity: 'warning',
    summary: '{{ $labels.node }} has too little voltage: its power supply or cable is too weak',
  },
  {
    alert: 'BoardThrottled',
    expr: 'bramble_board_throttled{reason!="under-voltage"} == 1',
    severity: 'warning',
    summary: '{{ $labels.node }} is held back: {{ $labels.reason }}',
  },
  {
    // What is written beside the exporter stays as it was when nobody writes it any more.
    alert: 'BoardUnread',
    expr: 'time() - node_textfile_mtime_seconds{file=~".*/board.prom"} > 300 or node_textfile_scrape_error == 1',
    for: '2m',
    severity: 'warning',
    summary: 'how the board of {{ $labels.node }} is has not been read for minutes',
  },
  {
    alert: 'MemoryNearlyFull',
    expr: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05',
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.node }} has {{ $value | humanizePercentage }} of its memory left',
  },
  {
    // Not by increase: VictoriaMetrics takes the first sample of a counter for a rise from nothing.
    alert: 'KilledForMemory',
    expr: 'node_vmstat_oom_kill - min_over_time(node_vmstat_oom_kill[10m]) > 0',
    severity: 'warning',
    summary: '{{ $labels.node }} had to end a program for want of memory',
  },
  {
    alert: 'ClockOff',
    expr: 'abs(node_timex_offset_seconds) > 0.5 or node_timex_maxerror_seconds >= 16',
    for: '10m',
    severity: 'warning',
    summary: 'the clock of {{ $labels.node }} is not kept right',
  },
]

/** The rules as Prometheus reads them; JSON is YAML. `watcher` is the name of the program that looks at them. */
export function rulesText(watcher: string): string {
  const rules = [watchdog(watcher), ...RULES].map(({ alert, expr, for: since, severity, summary, more }) => ({
    alert,
    expr,
    ...(since !== undefined && { for: since }),
    labels: { severity },
    annotations: { summary, ...more },
  }))
  return `${JSON.stringify({ groups: [{ name: 'bramble', rules }] }, undefined, 2)}\n`
}
