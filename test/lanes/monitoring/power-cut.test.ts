/** What watches the nodes, unplugged, and what it says of a node that is up and does not do its work: `npm run test:monitoring`. */
import { expect, it } from 'vitest'
import { poll } from '../../../src/support/poll.ts'
import { boardSays } from '../../lab/board-says.ts'
import { describePowerCut } from '../../contract/power-cut.ts'
import { answersPanels } from './panels.ts'
import { statusSays } from './status-says.ts'

/** Measures of a board in trouble, and what has to be said ten minutes later. */
const MEASURES: readonly (readonly [
  alert: string,
  series: string,
  labels: Readonly<Record<string, string>>,
])[] = [
  [
    'DiskFull',
    'node_filesystem_avail_bytes{node="bee",fstype="ext4",mountpoint="/"}',
    { fstype: 'ext4', mountpoint: '/' },
  ],
  ['BoardHot', 'bramble_board_temperature_celsius{node="bee"}', {}],
  ['RootReadOnly', 'bramble_board_root_read_only{node="bee"}', {}],
  ['KilledForMemory', 'node_vmstat_oom_kill{node="bee"}', {}],
]
const VALUES: Readonly<Record<string, string>> = {
  DiskFull: '1x20',
  BoardHot: '84x20',
  // Three in times before, and one just now.
  KilledForMemory: '3x9 4x10',
}
const PLAYED = {
  rule_files: ['/etc/prometheus/bramble-rules.yml'],
  evaluation_interval: '1m',
  tests: [
    {
      interval: '1m',
      input_series: [
        ...MEASURES.map(([alert, series]) => ({ series, values: VALUES[alert] ?? '1x20' })),
        { series: 'node_filesystem_size_bytes{node="bee",fstype="ext4",mountpoint="/"}', values: '1000x20' },
      ],
      promql_expr_test: MEASURES.map(([alert, , labels]) => ({
        expr: `count by (alertname, node, fstype, mountpoint) (ALERTS{alertname="${alert}",alertstate="firing"})`,
        eval_time: '10m',
        exp_samples: [{ labels: labelsText({ alertname: alert, node: 'bee', ...labels }), value: 1 }],
      })),
    },
  ],
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`
}

await describePowerCut({
  lane: 'monitoring',
  more: {
    services: {
      bell: {
        on: ['cow'],
        port: 8080,
        tags: ['prometheus'],
        meta: { metrics_path: '/counts' },
        check: { http: ':8080/counts', interval: '2s' },
      },
    },
  },
  afterwards: (given) => {
    /** Asks Prometheus until it has such a sample. */
    const stored = async (expression: string): Promise<void> => {
      const question = ['promtool', 'query', 'instant', 'http://127.0.0.1:9090', expression]
      const asked = await poll(
        async () => {
          const detail = await given().text('ant', ...question)
          return { passed: detail !== '', detail }
        },
        { patienceSeconds: 120, pauseSeconds: 2 },
      )
      expect(asked.passed, expression).toBe(true)
    }

    it('finds a service of Consul, also when that has moved to another node', async () => {
      await stored('bell_rings_total{job="consul-services",service="bell",node="cow"} == 3')
      given().edit((text) => text.replace(/(bell:\n\s+on:\n\s+- )cow/, '$1dog'))
      expect((await given().apply()).outcome).toBe('changed')
      await stored('bell_rings_total{job="consul-services",service="bell",node="dog"} == 3')
      await given().well()
    })

    it('answers what the dashboard of Grafana asks', () => answersPanels(given(), 'ant', 9090))

    it('keeps the targets that it knows when Consul refuses to answer, and tells of a service that it does not know', async () => {
      const token = '/etc/prometheus/tls/prometheus-catalog.token'
      const refused = ['journalctl', '-b', '-u', 'bramble-catalog-targets', '--grep', '403']
      await given().output('ant', 'sh', '-c', `cp -p ${token} /root/kept && echo wrong >${token}`)
      const asked = await poll(
        async () => ({ passed: (await given().inside('ant', ...refused)).code === 0, detail: '' }),
        { patienceSeconds: 60, pauseSeconds: 2 },
      )
      expect(asked.passed).toBe(true)
      expect((await given().bramble('status')).text).toContain('10 of 10 targets give metrics')
      await given().output('ant', 'systemctl', 'restart', 'bramble-catalog-targets')
      expect(await statusSays(given(), /does not see the service bell in Consul/)).not.toBe(0)
      await given().output('ant', 'mv', '/root/kept', token)
      await given().well()
    })

    it('sees an exporter whose process lives and gives nothing', async () => {
      await given().output('dog', 'systemctl', 'kill', '--signal=STOP', 'prometheus-node-exporter')
      expect(await statusSays(given(), /dog: node-exporter gives no metrics/)).not.toBe(0)
      await given().output('dog', 'systemctl', 'kill', '--signal=CONT', 'prometheus-node-exporter')
      await given().well()
    })

    /** What both units that run the command have written since the boot. */
    const journal = async (): Promise<string> =>
      given().text('cow', 'journalctl', '-b', '-u', 'bramble-alert-*', '-o', 'cat')

    /** Waits until the command has said so; `from` is how much had been written before. */
    const heard = async (text: string, from = 0): Promise<void> => {
      const asked = await poll(
        async () => {
          const detail = (await journal()).slice(from)
          return { passed: detail.includes(text), detail }
        },
        { patienceSeconds: 180, pauseSeconds: 2 },
      )
      expect(asked.passed, asked.detail).toBe(true)
    }

    it('has a node run its command when a board has too little voltage, and when that is over', async () => {
      boardSays(given().id, 'bee', { throttled: '0x50005', heat: '84000' })
      await heard('heard firing: BoardThrottled UnderVoltage')
      expect(await statusSays(given(), /UnderVoltage/)).not.toBe(0)
      expect((await given().bramble('status')).text).toContain('bee: its board is held back')
      boardSays(given().id, 'bee', { throttled: '0x50000', heat: '45000' })
      await heard('heard resolved: BoardThrottled UnderVoltage')
      await given().well()
    })

    it('has another node run its command when whoever watches is up and does nothing, and when that is over', async () => {
      await given().output('cow', 'systemctl', 'kill', '--signal=KILL', 'bramble-alert-command')
      for (const unit of ['prometheus', 'prometheus-alertmanager']) {
        const { length: before } = await journal()
        await given().output('ant', 'systemctl', 'kill', '--signal=STOP', unit)
        await heard('heard firing: WatcherSilent', before)
        expect(await statusSays(given(), /cow: the watchdog of ant was not heard for \d+ s/)).not.toBe(0)
        await given().output('ant', 'systemctl', 'kill', '--signal=CONT', unit)
        await heard('heard resolved: WatcherSilent', before)
        await given().well()
      }
    })

    it('fires for a full disk, a hot board and a root that can only be read', async () => {
      // What virtual nodes have no measures of is played to the rules themselves (promtool(1), test rules).
      await given().write('ant', '/tmp/bramble-played.yml', JSON.stringify(PLAYED))
      expect(await given().text('ant', 'promtool', 'test', 'rules', '/tmp/bramble-played.yml')).toContain(
        'SUCCESS',
      )
      await given().output('ant', 'rm', '/tmp/bramble-played.yml')
    })
  },
})
