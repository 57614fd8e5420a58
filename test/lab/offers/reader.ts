/** The role of whoever stands on the word of the oracle. */
import { createHash } from 'node:crypto'
import { defineRole, directory, file, service, z } from 'bramble'

const UNIT = `[Service]
ExecStart=/bin/sh -c 'test -s /etc/reader/word && exec sleep infinity'
[Install]
WantedBy=multi-user.target
`

const PATH = '/etc/reader/word'

export default defineRole({
  name: 'reader',
  summary: 'Runs a service that reads the word of the oracle.',
  options: z.strictObject({}),
  needs: () => ['oracle/word'],
  resources: ({ secrets }) => [
    directory({ path: '/etc/reader', mode: '700' }),
    file({ path: '/etc/reader/settings', content: 'plain=yes\n' }),
    file({ path: PATH, content: secrets.fromOffer('oracle/word', (word) => `word=${word}\n`), mode: '600' }),
    file({ path: '/etc/systemd/system/reader.service', content: UNIT }),
    service({ name: 'reader', restartOn: ['file:/etc/systemd/system/reader.service', `file:${PATH}`] }),
  ],
  gates: ({ node, secrets }) => [
    {
      name: 'reader: has the word',
      node: node.name,
      engine: 'oracle',
      patienceSeconds: 20,
      ask: async (link) => {
        const { stdout } = await link.run(node.name, ['sha256sum', PATH])
        const wanted = createHash('sha256')
          .update(`word=${secrets.offered('oracle/word')}\n`)
          .digest('hex')
        const passed = stdout.toString().startsWith(wanted)
        return { passed, detail: passed ? 'it has it' : 'it has another one' }
      },
    },
  ],
})
