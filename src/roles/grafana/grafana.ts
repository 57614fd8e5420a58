/** The role `grafana`: shows what was measured. */
import { fileCodes } from '../../diagnostics/catalogue/files.ts'
import { plainStatus } from '../../engines/ask-nodes.ts'
import type { EngineProbe, Gate, NodeLink } from '../../engines/contract.ts'
import { pageText } from '../../engines/page-text.ts'
import { isPublicKey, sourceWithKey } from '../../resources/apt-repository/source-with-key.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import { reasonOf } from '../../support/reason.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { password } from '../../wishes/wishes.ts'
import { defineRole, type RoleClusterContext, type RoleContext, type RoleFinding } from '../role.ts'
import { grafanaCodes } from './codes.ts'
import { dashboardText } from './dashboard.ts'
import { grafanaOptions, type GrafanaOptions } from './options.ts'
import {
  DASHBOARDS,
  FOLDER,
  PASSWORD_FILE,
  PROVIDER_TEXT,
  settingsText,
  sourceText,
  STATE,
} from './settings.ts'

const ROLE = 'grafana'
const PACKAGE = 'grafana'
/** Account of its package. */
const USER = 'grafana'
const UNIT = 'grafana-server'
const PASSWORD = 'grafana/admin'
/** It makes its tables before it answers, on the card of a board. */
const PATIENCE_SECONDS = 300

/** Port at which somebody on the node answers; undefined where nobody does. */
function queriesOn(cluster: Cluster, node: string): number | undefined {
  return cluster.provided().find((one) => one.node === node && one.queries)?.queries?.port
}

function resources({ options, node, cluster, secrets, file: read }: RoleContext<GrafanaOptions>): Resource[] {
  const { source, version } = options
  const installed = debianPackage({ name: PACKAGE, ...(version !== undefined && { version }) })
  const needs = [addressOf(installed)]
  const secret = { owner: USER, group: USER, mode: '600', sensitive: true, needs }
  const queries = queriesOn(cluster, node.name)
  const files = [
    file({ path: PASSWORD_FILE, content: secrets.text(PASSWORD), ...secret }),
    file({ path: `${FOLDER}/grafana.ini`, content: settingsText(options), mode: '640', group: USER, needs }),
    ...(queries === undefined
      ? []
      : [
          file({
            path: `${FOLDER}/provisioning/datasources/bramble.yaml`,
            content: sourceText(queries),
            needs,
          }),
        ]),
    file({ path: `${FOLDER}/provisioning/dashboards/bramble.yaml`, content: PROVIDER_TEXT, needs }),
    file({ path: `${DASHBOARDS}/boards.json`, content: dashboardText(cluster.name), needs }),
  ]
  const started = [installed, ...files].map(addressOf)
  return [
    ...sourceWithKey({ name: ROLE, uri: source, suites: ['stable'] }, read(options.key)),
    ...accountOfPackage(USER, '/usr/share/grafana'),
    installed,
    directory({ path: DASHBOARDS, needs }),
    directory({ path: STATE, owner: USER, group: USER, mode: '750', purge: true, needs }),
    ...files,
    service({ name: UNIT, restartOn: started, needs: started }),
  ]
}

/** Whether it answers and its database is well (Grafana's HTTP API, "Health API"). */
async function health(link: NodeLink, node: string, port: number): Promise<string | undefined> {
  try {
    const text = await pageText(link, { node, port, path: '/api/health' })
    return /"database":\s*"ok"/.test(text) ? undefined : 'its database is not well'
  } catch (error) {
    return `it does not answer: ${reasonOf(error)}`
  }
}

const gate = ({ node, options }: RoleContext<GrafanaOptions>): Gate => ({
  name: 'grafana: answers',
  node: node.name,
  engine: ROLE,
  patienceSeconds: PATIENCE_SECONDS,
  ask: async (link) => {
    const problem = await health(link, node.name, options.port)
    return { passed: problem === undefined, detail: problem ?? 'it answers, and its database is well' }
  },
})

const probe = ({ nodes, options }: RoleClusterContext<GrafanaOptions>): EngineProbe => ({
  name: ROLE,
  members: nodes.map(({ name }) => name),
  ask: async (link, node) => {
    const problem = await health(link, node, options.port)
    const problems = problem === undefined ? [] : [`Grafana on ${node}: ${problem}`]
    const detail = problem === undefined ? 'it answers' : 'it does not do its work'
    return plainStatus({ name: ROLE, detail, problems, unknown: [] })
  },
})

function findings({
  options: { key },
  nodes,
  cluster,
  file: read,
}: Omit<RoleClusterContext<GrafanaOptions>, 'secrets'>): RoleFinding[] {
  const watching = cluster.provided().flatMap(({ node, queries }) => (queries ? [node] : []))
  const alone = nodes.filter(({ name }) => queriesOn(cluster, name) === undefined)
  const reason = 'it is no public key of OpenPGP'
  return [
    ...alone.map(({ name: node }) => ({
      diagnostic: grafanaCodes.GRAFANA_WITHOUT_QUERIES({ node, watching: [...new Set(watching)] }),
      node,
    })),
    ...(isPublicKey(read(key))
      ? []
      : [{ diagnostic: fileCodes.SOURCE_FILE_UNREADABLE({ path: key, reason }), option: 'key' }]),
  ]
}

/** Grafana from the packages of its maker, beside whoever watches: nobody has to tell it whom to ask. */
const grafana = defineRole({
  name: ROLE,
  summary: 'Grafana beside whoever watches, with a dashboard of the boards.',
  pace: 'one at a time',
  options: grafanaOptions,
  files: ({ key }) => [{ path: key, option: ['key'] }],
  findings,
  provides: () => [{ name: ROLE, ports: [], to: 'cluster', packages: [PACKAGE], databases: [STATE] }],
  secrets: () => [password(PASSWORD)],
  resources,
  gates: (context) => [gate(context)],
  status: probe,
})

export default grafana
