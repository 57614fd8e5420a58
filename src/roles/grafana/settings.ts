/** What Grafana reads. */
import { stringify } from 'yaml'
import { SOURCE_TYPE, SOURCE_UID } from './dashboard.ts'
import type { GrafanaOptions } from './options.ts'

export const FOLDER = '/etc/grafana'
export const PASSWORD_FILE = `${FOLDER}/bramble-admin-password`
export const DASHBOARDS = `${FOLDER}/bramble-dashboards`
/** Samples and accounts of people: SQLite, in the folder of its package. */
export const STATE = '/var/lib/grafana'

/**
 * `grafana.ini`: on the loopback alone; asks its maker for nothing, neither for news of versions nor for plugins (Grafana, "Configure Grafana"). The
 * password stands in a file of its own ("Variable expansion", file provider).
 */
export function settingsText({ port, url }: GrafanaOptions): string {
  return `[server]
http_addr = 127.0.0.1
http_port = ${port}
${url === undefined ? '' : `root_url = ${url}\n`}
[security]
admin_user = admin
admin_password = $__file{${PASSWORD_FILE}}
disable_gravatar = true
cookie_secure = ${url?.startsWith('https:') === true ? 'true' : 'false'}

[users]
allow_sign_up = false

[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
feedback_links_enabled = false

[news]
news_feed_enabled = false

[plugins]
preinstall_disabled = true

[snapshots]
external_enabled = false
`
}

/** Its one source of data (Grafana, "Provision Grafana"). */
export function sourceText(queries: number): string {
  return stringify({
    apiVersion: 1,
    datasources: [
      {
        name: 'Bramble',
        uid: SOURCE_UID,
        type: SOURCE_TYPE,
        access: 'proxy',
        url: `http://127.0.0.1:${queries}`,
        isDefault: true,
        editable: false,
      },
    ],
  })
}

/** Where it finds dashboards; one whose file goes goes, too. */
export const PROVIDER_TEXT = stringify({
  apiVersion: 1,
  providers: [
    {
      name: 'bramble',
      type: 'file',
      disableDeletion: false,
      allowUiUpdates: false,
      options: { path: DASHBOARDS },
    },
  ],
})
