/** The role `backup`: saves with restic what roles on a node have that is worth keeping, and gives it back. */
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { keyPair, password } from '../../wishes/wishes.ts'
import { defineRole, type RoleContext } from '../role.ts'
import { PROGRAM, SETTINGS_FOLDER, STATE_FOLDER, TIMER, UNIT, keyName, passwordName } from './names.ts'
import { backupOptions, EVERY_SECONDS, type BackupOptions } from './options.ts'
import { placeFindings } from './findings.ts'
import { scripts } from './scripts.generated.ts'
import { settingsText } from './settings.ts'
import { backupProbe } from './status.ts'
import { keptOn } from './what-to-keep.ts'
import { keepingNode, placeResources, repositoryOf } from './where.ts'
import { newSshKey } from './ssh-key.ts'

/** What the program keeps to itself on the node; the repositories stay when the role leaves. */
const STATE = ['cache', 'errors', 'failed', 'good', 'lock', 'made', 'repository']

const SERVICE_TEXT = `[Unit]
Description=Saves what is worth keeping on this node
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${PROGRAM} now
Nice=10
IOSchedulingClass=idle
PrivateTmp=yes
NoNewPrivileges=yes
`

function timerText(every: BackupOptions['every']): string {
  return `[Unit]
Description=Saves what is worth keeping on this node

[Timer]
OnCalendar=${every}
RandomizedDelaySec=${EVERY_SECONDS[every] / 8}
Persistent=true

[Install]
WantedBy=timers.target
`
}

function resources({ options, node, cluster, secrets }: RoleContext<BackupOptions>): Resource[] {
  const { keep, every } = options
  const nodes = cluster.find('backup')
  const keeper = keepingNode(options, nodes)
  const restic = debianPackage({ name: 'restic' })
  const program = file({ path: PROGRAM, content: scripts['bramble-backup'], mode: '755' })
  const text = settingsText(
    node.name,
    repositoryOf(node.name, options, keeper),
    keep,
    keptOn(node.name, options, cluster),
  )
  const work = unit({ name: UNIT, content: SERVICE_TEXT, needs: [addressOf(restic), addressOf(program)] })
  const timer = unit({ name: TIMER, content: timerText(every), needs: [addressOf(work)] })
  return [
    restic,
    directory({ path: SETTINGS_FOLDER, mode: '700' }),
    directory({ path: STATE_FOLDER, mode: '700', purge: STATE }),
    ...placeResources(node, options, nodes, keeper, secrets),
    file({
      path: `${SETTINGS_FOLDER}/password`,
      content: `${secrets.text(passwordName(node.name))}\n`,
      mode: '600',
      sensitive: true,
    }),
    file({ path: `${SETTINGS_FOLDER}/settings`, content: text, mode: '600' }),
    program,
    work,
    timer,
    service({ name: TIMER, restartOn: [addressOf(timer)] }),
  ]
}

/**
 * Backups of a node, each in a repository of its own that is encrypted with a password of its own. What counts is what was saved: a run that
 * finds less than half of what there was has failed, and drops nothing.
 */
const backup = defineRole({
  name: 'backup',
  summary: 'Backups with restic of what other roles say is worth keeping, and of folders that you name.',
  pace: 'together',
  options: backupOptions,
  findings: ({ options, cluster, nodes }) => placeFindings(options, cluster, nodes),
  secrets: ({ options, node, cluster }) => [
    password(
      passwordName(node.name),
      'without it nobody can read the backups that there are; a new repository begins',
    ),
    ...('node' in options.to
      ? cluster
          .find('backup')
          .map(({ name }) =>
            keyPair(keyName(name), () => newSshKey(keyName(name)), 'the new one is let in by the next apply'),
          )
      : []),
  ],
  keeps: () => ({
    now: [PROGRAM, 'now'],
    nowSmaller: [PROGRAM, 'now', '--accept-smaller'],
    list: [PROGRAM, 'list'],
    restore: (names, id = 'latest') => [PROGRAM, 'restore', id, ...names],
  }),
  resources,
  status: ({ options, nodes }) =>
    backupProbe(
      nodes.map(({ name }) => name),
      EVERY_SECONDS[options.every],
    ),
})

export default backup
