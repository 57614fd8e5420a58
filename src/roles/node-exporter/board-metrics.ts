/** What the board tells of itself, as metrics: throttling, heat, wear, errors of its disks, a root that became read-only. */
import { boardHealthShell } from '../../hardware/board-health.generated.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { link } from '../../resources/link/link.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { scripts } from './scripts.generated.ts'

const UNIT = 'bramble-board-metrics'
const FOLDER = '/usr/local/lib/bramble'
const SCRIPT = `${FOLDER}/board-metrics`
const SHELL = `${FOLDER}/board-health.sh`
/** In memory; systemd makes it, and takes it away when the unit stops. */
const RUNTIME = 'bramble-board'
/** Where Debian's exporter looks for text files. */
const COLLECTED = '/var/lib/prometheus/node-exporter'

/** Under `ProtectSystem=strict` it would see a root that can only be read, which is one of the things that it looks for. */
const SERVICE_TEXT = `[Unit]
Description=Tells how the board is, as metrics

[Service]
ExecStart=${SCRIPT} /run/${RUNTIME}
RuntimeDirectory=${RUNTIME}
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes
Restart=always
RestartSec=15

[Install]
WantedBy=multi-user.target
`

/** The script, its unit, and the link by which the exporter finds what it writes. */
export function boardMetrics(needs: Resource['needs']): readonly Resource[] {
  const read = [
    file({ path: SHELL, content: `${boardHealthShell}\n` }),
    file({ path: SCRIPT, content: scripts['board-metrics'], mode: '755' }),
  ]
  const work = unit({ name: `${UNIT}.service`, content: SERVICE_TEXT, needs: read.map(addressOf) })
  return [
    directory({ path: FOLDER }),
    ...read,
    work,
    service({ name: UNIT, restartOn: [work, ...read].map(addressOf), needs: [addressOf(work)] }),
    link({ path: `${COLLECTED}/board.prom`, target: `/run/${RUNTIME}/board.prom`, needs }),
  ]
}
