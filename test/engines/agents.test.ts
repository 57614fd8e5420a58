/** Each engine is started once on the loopback and answers as its users would ask it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../src/support/run.ts'
import { describeEngine, programOf, provideEngine } from './built-or-skipped.ts'
import { eventually } from './consul/eventually.ts'
import { loopbackNetwork } from './consul/loopback.ts'
import { ownArchitecture } from './engine-cache.ts'
import type { EngineName } from './recipes.ts'
import { StartedProgram } from './started-program.ts'

const ADDRESS = `${loopbackNetwork()}.1`

interface AgentUnderTest {
  readonly name: EngineName
  /** Arguments; it runs in this folder, and files that it wants are written there. */
  readonly words: (folder: string) => readonly string[]
  /** What its API is asked. */
  readonly url: string
  /** What the answer has when it leads or is unsealed. */
  readonly answers: RegExp
}

const AGENTS: readonly AgentUnderTest[] = [
  {
    name: 'consul',
    words: () => ['agent', '-dev', `-bind=${ADDRESS}`, `-client=${ADDRESS}`],
    url: `http://${ADDRESS}:8500/v1/status/leader`,
    answers: new RegExp(`"${ADDRESS}:8300"`),
  },
  {
    // Not -dev: its client would make control groups on this computer.
    name: 'nomad',
    words: (folder) => {
      const advertise = { http: ADDRESS, rpc: ADDRESS, serf: ADDRESS }
      const server = { enabled: true, bootstrap_expect: 1 }
      const settings = { bind_addr: ADDRESS, data_dir: join(folder, 'state'), advertise, server }
      writeFileSync(join(folder, 'nomad.json'), JSON.stringify(settings))
      return ['agent', '-config=nomad.json']
    },
    url: `http://${ADDRESS}:4646/v1/status/leader`,
    answers: new RegExp(`"${ADDRESS}:4647"`),
  },
  {
    name: 'vault',
    words: () => ['server', '-dev', '-dev-no-store-token', `-dev-listen-address=${ADDRESS}:8200`],
    url: `http://${ADDRESS}:8200/v1/sys/health`,
    answers: /"initialized":true,"sealed":false/,
  },
]

for (const { name, words, url, answers } of AGENTS) {
  await describeEngine(name, ownArchitecture(), (place) => {
    const agent = new StartedProgram()
    beforeAll(() => provideEngine(place))
    afterAll(() => agent.end())

    it('answers its API', async () => {
      agent.start(programOf(place), words(agent.folder))
      await eventually(`${url} answers`, 240, async () => {
        const text = await fetch(url).then((response) => response.text(), String)
        return answers.test(text) || `${text}\n${agent.logWhileRunning()}`
      })
    })
  })
}

await describeEngine('coredns', ownArchitecture(), (place) => {
  const server = new StartedProgram()
  beforeAll(() => provideEngine(place))
  afterAll(() => server.end())

  it('answers a question', async () => {
    const zone = `lab.example.net:5300 {\n  bind ${ADDRESS}\n  hosts {\n    192.0.2.7 carter.lab.example.net\n  }\n}\n`
    writeFileSync(join(server.folder, 'Corefile'), zone)
    server.start(programOf(place), ['-conf', 'Corefile'])
    const question = ['-p', '5300', `@${ADDRESS}`, 'carter.lab.example.net']
    await eventually('the name is known', 120, async () => {
      const { stdout } = await run('dig', ['+short', '+time=2', '+tries=1', ...question])
      return stdout.toString().trim() === '192.0.2.7' || `${stdout.toString()}\n${server.logWhileRunning()}`
    })
    expect(server.logWhileRunning()).not.toContain('ERROR')
  })
})
