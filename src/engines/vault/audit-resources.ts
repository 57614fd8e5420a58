/** Where the audit file lies, and what keeps it small: there on every server before Vault is told of the file, because any of them may be active next. */
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { AUDIT_FILE, AUDIT_FOLDER, FOLDER, UNIT, VAULT_USER } from './names.ts'

const SETTINGS = `${FOLDER}/audit-rotation.conf`
const WORK = 'vault-audit-rotation.service'
const TIMER = 'vault-audit-rotation.timer'
const LOGROTATE = '/usr/sbin/logrotate'

/** The folder of the file. */
export function auditFolder(): Resource {
  return directory({ path: AUDIT_FOLDER, mode: '700', owner: VAULT_USER, group: VAULT_USER, purge: true })
}

/** What turns the file over, each minute that it has grown too large. */
export function auditRotation(): readonly Resource[] {
  const settings = file({ path: SETTINGS, content: SETTINGS_TEXT })
  const work = unit({ name: WORK, content: WORK_TEXT, needs: ['package:logrotate'] })
  const timer = unit({ name: TIMER, content: TIMER_TEXT, needs: [addressOf(work)] })
  return [
    debianPackage({ name: 'logrotate' }),
    settings,
    work,
    timer,
    service({ name: TIMER, restartOn: [addressOf(timer)], needs: [addressOf(settings)] }),
  ]
}

/** Vault opens its file anew when it is told so (its page "File audit device"); until then it writes into the one that was renamed, so no line is lost. */
const SETTINGS_TEXT = `${AUDIT_FILE} {
  size 8M
  rotate 3
  missingok
  nocreate
  postrotate
    kill -HUP "$(systemctl show --property=MainPID --value ${UNIT})"
  endscript
}
`

/** As the user of the server: the folder is its own (logrotate(8), "su"). Each minute is nothing to tell the journal of. */
const WORK_TEXT = `[Unit]
Description=Turn over Vault's audit file when it has grown

[Service]
Type=oneshot
User=${VAULT_USER}
Group=${VAULT_USER}
ExecStart=${LOGROTATE} --state ${AUDIT_FOLDER}/rotation.state ${SETTINGS}
LogLevelMax=warning
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ReadWritePaths=${AUDIT_FOLDER}
`

const TIMER_TEXT = `[Unit]
Description=Look at the size of Vault's audit file

[Timer]
OnBootSec=1min
OnUnitInactiveSec=1min
AccuracySec=10s

[Install]
WantedBy=timers.target
`
