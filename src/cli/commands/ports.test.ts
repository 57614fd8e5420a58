import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bramble, scratchFolder } from '../../../test/cli/command-run.ts'

it('ports says who may reach what and why, and where nothing is closed', async () => {
  const folder = scratchFolder()
  const text = `cluster: office
domain: office.example.net
nodes: { ada: { address: 192.0.2.1 }, bob: { address: 192.0.2.2 } }
roles:
  base: { on: all }
  firewall: { on: ada }
services:
  bell: { on: ada, port: 8080 }
`
  writeFileSync(join(folder, 'cluster.yaml'), text)
  const { code, out } = await bramble(['ports'], { folder })
  expect(code).toBe(0)
  expect(out).toMatch(/^ada +22\/tcp +everyone +any network +ssh: the way in of bramble$/m)
  expect(out).toMatch(/^ada +8080\/tcp +the nodes +any network +bell \(services\)$/m)
  expect(out).toMatch(/^bob +22\/tcp +everyone +any network +ssh \(base\)$/m)
  expect(out).toContain('There is no firewall on bob:\n  whatever listens there can be reached.\n')
  const json = JSON.parse((await bramble(['ports', '--json'], { folder })).out) as {
    withoutFirewall: string[]
  }
  expect(json.withoutFirewall).toEqual(['bob'])
  const narrow = ['ports', '--set', 'roles.firewall.ssh_from=[198.51.100.0/24]']
  expect((await bramble(narrow, { folder })).out).toMatch(
    /^ada +22\/tcp +198\.51\.100\.0\/24 and the nodes +any network +ssh: the way in of bramble$/m,
  )
})
