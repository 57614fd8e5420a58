/** Who may ask a real node's Consul what: a user without rights on the node itself, and the other nodes. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { beyond, SILENT } from '../engines/consul/anybody.ts'
import { nameOf, type Answer } from '../engines/consul/answers.ts'
import { allQuestions, type Question } from '../engines/consul/api-endpoints.ts'
import type { ClusterUnderTest } from './cluster-under-test.ts'
import { describeOwnClients } from './own-clients.ts'

const SCRIPT = readFileSync(new URL('ask.mjs', import.meta.url), 'utf8')
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

/** `shown` is the node with the web interface, `other` any other one; both register the service `ssh`. */
export function describeCallers(given: () => ClusterUnderTest, shown: string, other: string): void {
  describeOwnClients(given)
  const questions = allQuestions({ node: shown, service: 'ssh' })

  async function ask(base: string, token: string, asked: readonly Question[]) {
    const node = [
      process.execPath,
      '--input-type=module',
      '--eval',
      SCRIPT,
      base,
      token,
      JSON.stringify(asked),
    ]
    const words = [...NOBODY, 'env', 'NODE_TLS_REJECT_UNAUTHORIZED=0', ...node]
    const [program = '', ...args] = words
    const { code, stdout, stderr } = await given().inNetworkOf(other, program, ...args)
    if (code !== 0) throw new Error(stderr)
    return JSON.parse(stdout.toString()) as Pick<Answer, 'method' | 'path' | 'status'>[]
  }

  async function doorOf(node: string): Promise<string> {
    return `https://${await given().dig(other, `${node}.node.mooncarrot.space`)}:8501`
  }

  it('tells nobody on a node what DNS does not tell, and does nothing for nobody; nor for other nodes', async () => {
    for (const base of ['http://127.0.0.1:8500', 'https://127.0.0.1:8501', await doorOf(shown)]) {
      const answers = await ask(base, '', questions)
      expect(beyond(answers, { node: shown, service: 'ssh' })).toEqual([])
      expect(answers.filter((one) => one.status === 0 && !SILENT.has(nameOf(one)))).toEqual([])
    }
  })

  it('lets nobody on a node read a token', async () => {
    const files = ['/etc/consul.d/service-ssh.json', '/var/lib/consul/acl-tokens.json']
    for (const file of files) {
      const { stdout, stderr } = await given().inside(other, ...NOBODY, 'cat', file)
      expect([stdout.toString(), stderr]).toEqual(['', expect.stringContaining('Permission denied')])
    }
  })

  it('changes nothing for whoever comes over the network, with any token', async () => {
    const changing = questions.filter(({ method, path }) => method !== 'GET' && path.startsWith('/v1/'))
    const base = await doorOf(shown)
    for (const name of [`service/${other}/ssh`, `service/${shown}/ssh`, `agent/${shown}`, 'management']) {
      const secret = await given().bramble('secrets', 'show', `consul/${name}`, '--field', 'secretId')
      const answers = await ask(base, secret.text.trim(), changing)
      expect([name, answers.filter(({ status }) => ![403, 404, 405].includes(status))]).toEqual([name, []])
    }
  })
}
