/** What watches the nodes, unplugged, and what it says of a node that is up and does not do its work: `npm run test:monitoring`. */
import { expect, it } from 'vitest'
import { poll } from '../../../src/support/poll.ts'
import { describePowerCut } from '../../contract/power-cut.ts'

await describePowerCut({
  lane: 'monitoring',
  afterwards: (given) => {
    /** Asks for the status until it says so, and gives its exit status. */
    const statusSays = async (text: RegExp): Promise<number> => {
      let code = -1
      const asked = await poll(
        async () => {
          const status = await given().bramble('status')
          code = status.code
          return { passed: text.test(status.text), detail: status.text + status.errors }
        },
        { patienceSeconds: 180, pauseSeconds: 3 },
      )
      expect(asked.passed, asked.detail).toBe(true)
      return code
    }

    it('sees an exporter whose process lives and gives nothing', async () => {
      await given().output('dog', 'systemctl', 'kill', '--signal=STOP', 'prometheus-node-exporter')
      expect(await statusSays(/dog: node-exporter gives no metrics/)).not.toBe(0)
      await given().output('dog', 'systemctl', 'kill', '--signal=CONT', 'prometheus-node-exporter')
      await given().well()
    })

    it('sees a root that can only be read, and that it can be written again', async () => {
      await given().output('bee', 'mount', '-o', 'remount,bind,ro', '/')
      expect(await statusSays(/bee: the alert RootReadOnly for \//)).not.toBe(0)
      await given().output('bee', 'mount', '-o', 'remount,bind,rw', '/')
      await given().well()
    })
  },
})
