import { describe, expect, it } from 'vitest'
import { finished, recorded } from '../../test/cli/example-run.ts'
import { bramble, officeFolder } from '../../test/cli/command-run.ts'
import { deliveryCodes } from '../diagnostics/catalogue/delivery.ts'
import { CommandRefusal } from './context.ts'
import { eventWithClusterWords, withClusterWords } from './again.ts'

describe('a command that is proposed', () => {
  it('names the cluster that this one was about, as it was typed', () => {
    const typed = { folder: '/srv/my cluster', lab: true, set: ['roles.consul-server.log_level=debug'] }
    const again = "bramble -C '/srv/my cluster' --lab --set 'roles.consul-server.log_level=debug'"
    const text = 'mend it, then run bramble apply --node a, or look with bramble ssh a'
    const wanted = `mend it, then run ${again} apply --node a, or look with ${again} ssh a`
    expect(withClusterWords(text, typed)).toBe(wanted)
    // The run itself has put --lab there already.
    expect(withClusterWords('bramble --lab apply', { lab: true })).toBe('bramble --lab apply')
  })

  it('stays as it is where nothing else was typed', () => {
    expect(withClusterWords('run bramble apply again', { json: true })).toBe('run bramble apply again')
  })

  it('is put right in the way out of a failure', () => {
    const [event] = recorded(finished('a', 'failed', {}, { message: 'no', fix: 'bramble apply --node a' }))
    if (!event) throw new Error('no event')
    expect(eventWithClusterWords(event, { folder: 'x' })).toMatchObject({
      fix: 'bramble -C x apply --node a',
    })
  })

  it('is the one that was typed where that one takes things away, and never an apply', () => {
    const fix = 'bring the others back, then run bramble --lab apply --node a again'
    const [event] = recorded(finished('a', 'failed', {}, { message: 'no', fix }))
    if (!event) throw new Error('no event')
    expect(eventWithClusterWords(event, { lab: true }, 'bramble --lab reset a --yes')).toMatchObject({
      fix: 'bring the others back, then run bramble --lab reset a --yes again',
    })
  })

  it('is put right in a diagnostic that ends a command', async () => {
    const { err } = await bramble(['-C', officeFolder(), 'apply', '--set', 'cluster=office'], {
      api: {
        apply: () => {
          throw new CommandRefusal(deliveryCodes.DELIVERY_STOPPED({ node: 'oneil' }))
        },
      },
      typed: '',
    })
    expect(err).toMatch(/run bramble -C \S+ --set 'cluster=office' apply --node oneil to finish it/)
  })
})
