/**
 * Services of Consul's catalog as targets. Debian builds Prometheus without Consul's discovery (its changelog: "Disable Consul SD until its Debian package is
 * back in shape"), so a program of ours asks the agent and whoever watches reads the file that it writes.
 */
import { HTTP_PORT } from '../consul/names.ts'
import {
  CATALOG_JOB,
  CATALOG_TAG,
  catalogTokenFile,
  catalogTokenResource,
  type CatalogReader,
} from './catalog.ts'
import { PROMETHEUS_USER } from './trust.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import { scripts } from './scripts.generated.ts'

const UNIT = 'bramble-catalog-targets'
const SCRIPT = `/usr/local/lib/${UNIT}`
/** In memory; systemd makes it, and takes it away when the unit stops. */
const FOLDER = `/run/${UNIT}`

/** What is written down (Prometheus, `file_sd_config`). */
export const TARGETS_FILE = `${FOLDER}/targets.json`

/** The job that reads what is written down; looked for again and again, as Prometheus loses sight of a folder that is made anew. */
export const catalogJob = {
  job_name: CATALOG_JOB,
  file_sd_configs: [{ files: [TARGETS_FILE], refresh_interval: '10s' }],
} as const

const unitText = (reader: CatalogReader): string => `[Unit]
Description=Writes services of Consul down as targets of Prometheus

[Service]
ExecStart=${SCRIPT} 127.0.0.1:${HTTP_PORT} ${CATALOG_TAG} ${catalogTokenFile(reader)} ${FOLDER}
User=${PROMETHEUS_USER}
RuntimeDirectory=${UNIT}
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`

/** The program, what it needs, and its unit. */
export function catalogResources(
  reader: CatalogReader,
  secrets: RoleSecrets,
  account: readonly Resource[],
): readonly Resource[] {
  const program = [
    debianPackage({ name: 'curl' }),
    debianPackage({ name: 'jq' }),
    file({ path: SCRIPT, content: scripts['catalog-targets'], mode: '755' }),
  ]
  const read = [...program, catalogTokenResource(reader, secrets)]
  const needs = [...account, ...read].map(addressOf)
  const work = unit({ name: `${UNIT}.service`, content: unitText(reader), needs })
  const restartOn = [...program, work].map(addressOf)
  return [...read, work, service({ name: UNIT, restartOn, needs: [...needs, addressOf(work)] })]
}
