/** What the registry and systemd read. */
import { stringify } from 'yaml'
import type { RegistryOptions } from './options.ts'
import { mountUnit } from '../../resources/mount/units.ts'

export const CONFIG = '/etc/docker/registry/config.yml'
export const USER = 'docker-registry'
export const UNIT = 'docker-registry.service'
export const CLEANUP = 'bramble-registry-cleanup'
export const TLS_FOLDER = '/etc/docker/registry/tls'
export const FILES = {
  authority: `${TLS_FOLDER}/ca.pem`,
  certificate: `${TLS_FOLDER}/registry.pem`,
  key: `${TLS_FOLDER}/registry-key.pem`,
}

/**
 * `config.yml` (distribution 2.8, docs/configuration.md). It listens on all addresses: one that comes later, as that of a mesh does, is among
 * them.
 */
export function configText({ folder, port, clients, metrics }: RegistryOptions): string {
  return stringify({
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: folder },
      cache: { blobdescriptor: 'inmemory' },
      delete: { enabled: true },
    },
    http: {
      addr: `:${port}`,
      headers: { 'X-Content-Type-Options': ['nosniff'] },
      tls: {
        certificate: FILES.certificate,
        key: FILES.key,
        ...(clients === 'nodes' && { clientcas: [FILES.authority] }),
        minimumtls: 'tls1.2',
      },
      ...(metrics !== undefined && {
        debug: { addr: `:${metrics}`, prometheus: { enabled: true, path: '/metrics' } },
      }),
    },
    health: { storagedriver: { enabled: true, interval: '10s', threshold: 3 } },
  })
}

/** More for Debian's unit: it ends with its disk, and what fails at boot is tried again. */
export function dropInText({ disk }: RegistryOptions): string {
  const bound = disk === undefined ? '' : `BindsTo=${mountUnit(disk)}\nAfter=${mountUnit(disk)}\n`
  return `[Unit]\n${bound}StartLimitIntervalSec=0\n\n[Service]\nRestart=on-failure\nRestartSec=5\n`
}

/**
 * Only while nobody writes (distribution 2.8, docs/garbage-collection.md), and started anew afterwards: what it remembers of blobs may be gone.
 * Manifests without a tag stay: 2.8 takes those of images for several architectures for such (distribution/distribution#3178).
 */
export function cleanupText({ folder }: RegistryOptions): string {
  return `[Unit]
Description=Throw away what no image in the registry needs any more
ConditionPathExists=${folder}/docker/registry/v2/repositories

[Service]
Type=oneshot
User=${USER}
ExecStartPre=+/usr/bin/systemctl stop ${UNIT}
ExecStart=/usr/bin/docker-registry garbage-collect ${CONFIG}
ExecStopPost=+/usr/bin/systemctl start ${UNIT}
`
}

/** When that is done. */
export function cleanupTimerText(every: string): string {
  return `[Unit]
Description=Throw away what no image in the registry needs any more

[Timer]
OnCalendar=${every}
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`
}
