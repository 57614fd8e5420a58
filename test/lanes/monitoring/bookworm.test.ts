/** VictoriaMetrics in a Debian that has it, unplugged, and what it says of a node that is up and does not do its work: `npm run test:monitoring`. */
import { expect, it } from 'vitest'
import { poll } from '../../../src/support/poll.ts'
import { boardSays } from '../../lab/board-says.ts'
import { describePowerCut } from '../../contract/power-cut.ts'
import { answersPanels } from './panels.ts'
import { statusSays } from './status-says.ts'

await describePowerCut({
  lane: 'monitoring',
  release: 'bookworm',
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
    /** What the units that run the command have written since the boot. */
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

    it('answers what the dashboard of Grafana asks', () => answersPanels(given(), 'ant', 8428))

    it('tells of a service of Consul that gives nothing', async () => {
      await given().output('cow', 'systemctl', 'kill', '--signal=STOP', 'bell')
      expect(await statusSays(given(), /cow: bell gives no metrics/)).not.toBe(0)
      await given().output('cow', 'systemctl', 'kill', '--signal=CONT', 'bell')
      await given().well()
    })

    it('has a node run its command when a board has too little voltage, and when that is over', async () => {
      boardSays(given().id, 'bee', { throttled: '0x50005', heat: '84000' })
      await heard('heard firing: BoardThrottled UnderVoltage')
      expect(await statusSays(given(), /UnderVoltage/)).not.toBe(0)
      boardSays(given().id, 'bee', { throttled: '0x50000', heat: '45000' })
      await heard('heard resolved: BoardThrottled UnderVoltage')
      await given().well()
    })

    it('is missed by another node when it is up and does nothing, whichever of its programs that is', async () => {
      for (const unit of ['victoria-metrics', 'bramble-vmalert', 'prometheus-alertmanager']) {
        const { length: before } = await journal()
        await given().output('ant', 'systemctl', 'kill', '--signal=STOP', unit)
        await heard('heard firing: WatcherSilent', before)
        expect(await statusSays(given(), /the watchdog of ant was not heard for \d+ s/)).not.toBe(0)
        await given().output('ant', 'systemctl', 'kill', '--signal=CONT', unit)
        await heard('heard resolved: WatcherSilent', before)
        await given().well()
      }
    })

    it('is said not to look at its rules while that is so', async () => {
      await given().output('ant', 'systemctl', 'kill', '--signal=STOP', 'bramble-vmalert')
      expect(await statusSays(given(), /VictoriaMetrics on ant has not looked at its rules lately/)).not.toBe(
        0,
      )
      await given().output('ant', 'systemctl', 'kill', '--signal=CONT', 'bramble-vmalert')
      await given().well()
    })
  },
})
