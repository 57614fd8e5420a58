import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { renderClusterFileReference } from './reference.ts'

const timezone = z.string().default('UTC').meta({ description: 'Time zone, such as Europe/Lisbon|Rome.' })
const page = renderClusterFileReference({ base: { options: z.object({ timezone }) } })

describe('the reference of the cluster file', () => {
  it('has a section for every map, once', () => {
    const sections = page.split('\n').filter((line) => line.startsWith('## '))
    expect(sections).toEqual([
      '## The cluster file',
      '## access',
      '## nodes.NAME',
      '## nodes.NAME.options',
      '## groups.NAME',
      '## services.NAME',
      '## services.NAME.on',
      '## services.NAME.check',
      '## services.NAME.run',
      '## services.NAME.update',
      '## window',
      '## releases',
      '## lab',
      '## roles',
      '## roles.base',
      '## roles.base.on',
    ])
  })

  it.each([
    ['what is required', '| `cluster` | text | required | Name of the cluster: a-z, 0-9 and hyphens. |'],
    ['defaults', '| `port` | a whole number | `22` | SSH port of every node. |'],
    [
      'choices',
      '| `sudo` | `nopasswd`, `password` |  | Whether sudo asks for a password: `nopasswd` when left out, `password` where there is a `sudo_password`. A password that is not among the secrets is asked for. |',
    ],
    ['several forms', '| `has` | text or a list |  | Labels that a node must all have, one or a list. |'],
    ['options of roles', '| `timezone` | text | `UTC` | Time zone, such as Europe/Lisbon\\|Rome. |'],
  ])('says %s', (_, row) => {
    expect(page.split('\n')).toContain(row)
  })
})
