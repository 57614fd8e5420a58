/** Options of the role ingress in the cluster file. */
import { z } from 'zod'
import { key, oneOrMore, text, type TextForm } from '../../cluster-file/forms.ts'
import { beside } from '../../wishes/file-wish.ts'

const HOST: TextForm = {
  pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  problem: 'is no name of a host',
  fix: 'write a name such as bell.office.example.net',
}
const URL_OF_SERVER: TextForm = {
  pattern: /^https?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/,
  problem: 'is no address of a server',
  fix: 'write it with its port and without a path, such as http://ears:8080',
}
const PATH: TextForm = {
  pattern: /^\/[A-Za-z0-9._~/-]*$/,
  problem: 'is no path',
  fix: 'write a path such as /health',
}
const NAME: TextForm = {
  pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  problem: 'cannot name a route',
  fix: 'write lower-case letters, digits and hyphens',
}
const EMAIL: TextForm = {
  pattern: /^[^\s@]+@[^\s@]+$/,
  problem: 'is no address of mail',
  fix: 'write an address such as ada@example.net',
}
const VERSION: TextForm = {
  pattern: /^\d+\.\d+\.\d+$/,
  problem: 'is no full version',
  fix: 'write three numbers with dots between them, or leave it out',
}
const URL: TextForm = {
  pattern: /^https:\/\/\S+$/,
  problem: 'is no address of an ACME server',
  fix: 'write an address such as https://acme.example.net/directory',
}
const port = z.int().min(1).max(65535)

const route = z.strictObject({
  host: oneOrMore(text(HOST)).describe('The name under which it is asked for, or several.'),
  path: text(PATH).optional().describe('Only what begins with this path; all when left out.'),
  to: oneOrMore(text(URL_OF_SERVER)).describe('The servers, such as http://ears:8080: asked by turns.'),
  check: text(PATH)
    .optional()
    .describe('A path that a server answers with 200 while it is well; one that does not is passed over.'),
})

/** The options. */
export const ingressOptions = z
  .strictObject({
    version: text(VERSION)
      .optional()
      .describe(
        'Version of Traefik; default: what the cluster lock pins, at first the newest that is supported.',
      ),
    unmaintained: z
      .enum(['refuse', 'accepted'])
      .default('refuse')
      .describe('`accepted`: also a version that its maker does not maintain any more.'),
    domain: text(HOST)
      .optional()
      .describe('Domain below which services are found by their names; default: that of the cluster.'),
    to: z
      .enum(['everyone', 'cluster'])
      .default('everyone')
      .describe('Who may reach its ports 80 and 443, where a firewall is.'),
    routes: z
      .record(key(NAME), route)
      .default({})
      .describe('What is asked for here and answered elsewhere, besides the services of Consul.'),
    consul: z
      .boolean()
      .default(true)
      .describe(
        'Follow the services of Consul that have the tag traefik.enable=true, where the node has an agent.',
      ),
    acme: z
      .strictObject({
        email: text(EMAIL).describe('Whom the authority writes to.'),
        server: text(URL).optional().describe("Directory of the authority; Let's Encrypt when left out."),
        ca: beside(
          'File beside the cluster file with the certificates that the server is trusted by (PEM), for an authority of your own. Left out: those of the system.',
        ),
      })
      .optional()
      .describe(
        'Certificates of a public authority, asked for over port 80. Left out: one of the authority of this cluster for all names below the domain.',
      ),
    dashboard: z
      .boolean()
      .default(false)
      .describe(
        'Show the dashboard, on the loopback of the node alone: http://127.0.0.1:ADMIN_PORT/dashboard/',
      ),
    admin_port: port.default(8081).describe('TCP port on the loopback where Traefik is asked how it is.'),
    metrics: port
      .optional()
      .describe('TCP port of its metrics, in the clear: only with a firewall. Left out: none.'),
    network: z
      .string()
      .optional()
      .describe('Role whose network the metrics are fetched over, such as wireguard.'),
  })
  .describe('Requests from outside, to the services of the cluster.')

export type IngressOptions = z.output<typeof ingressOptions>
