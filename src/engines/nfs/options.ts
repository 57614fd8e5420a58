/** Options of both roles in the cluster file. */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { key, LABEL, oneOrMore, text, USER_NAME, type TextForm } from '../../cluster-file/forms.ts'

/** A folder as exports(5) and fstab(5) have it without quotes. */
const FOLDER: TextForm = {
  pattern: /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/,
  problem: 'is no folder that can be shared',
  fix: 'write an absolute path of letters, digits and . _ - such as /srv/disk/media',
}

const DISK: TextForm = {
  pattern: /^(?:LABEL=|UUID=|PARTUUID=|\/dev\/)[A-Za-z0-9/._-]+$/,
  problem: 'is no disk',
  fix: 'write LABEL=, UUID= or PARTUUID= as  lsblk -f  shows them, such as LABEL=data',
}

const owner = z.strictObject({
  user: text(USER_NAME).describe('Name of the account, on the server and wherever the folder is mounted.'),
  id: z
    .int()
    .min(1)
    .max(65533)
    .describe('Its number, the same on all of them: NFS knows numbers and no names.'),
})

/** One folder that a server shares. */
const sharedFolder = z
  .strictObject({
    path: text(FOLDER).describe('Folder on the server.'),
    disk: text(DISK)
      .optional()
      .describe('The disk that it lies on, which is then mounted; left out: somebody else mounts it.'),
    disk_type: text(LABEL).default('auto').describe('Type of the file system on the disk.'),
    mounted_at: text(FOLDER)
      .optional()
      .describe(
        'Where the disk is mounted; default: at the folder itself. Nothing is shared while nothing is mounted there.',
      ),
    owner: owner
      .optional()
      .describe('Whose the folder is; default: root, for whom nobody else can write anything.'),
    read_only: z.boolean().default(false).describe('Whether nobody else may write.'),
  })
  .refine(
    ({ path, mounted_at: at = path }) => path === at || path.startsWith(`${at}/`),
    'must lie below mounted_at',
  )
  .refine(
    ({ path, mounted_at: at = path, owner: whose }) => whose === undefined || path !== at,
    'can have an owner below the place where its disk is mounted, not at that place: write mounted_at',
  )

/** Options of who shares. */
export const serverOptions = z
  .strictObject({
    exports: z
      .record(key(LABEL), sharedFolder)
      .describe('The folders that it shares, by the name under which nodes mount them.'),
    network: text(LABEL)
      .optional()
      .describe(
        'Role whose network the nodes mount over, such as wireguard; default: the addresses of the nodes.',
      ),
    clients: oneOrMore(
      z
        .string()
        .refine(
          (value) => ipaddr.isValid(value) || ipaddr.isValidCIDR(value),
          'must be an address or a network such as 192.168.1.0/24',
        ),
    )
      .default([])
      .describe('Addresses and networks that may mount besides the nodes of the role nfs-volume.'),
  })
  .describe('Shares folders of a disk with other nodes: NFS 4.2, and nothing while the disk is not there.')

/** Options of who mounts. */
export const volumeOptions = z
  .strictObject({
    volumes: z
      .record(key(LABEL), text(FOLDER))
      .describe('Where each shared folder is mounted, by its name: the same place on all nodes of this use.'),
  })
  .describe('Mounts folders that other nodes share, for whatever runs on the node.')

export type ServerOptions = z.output<typeof serverOptions>
export type SharedFolder = z.output<typeof sharedFolder>
export type VolumeOptions = z.output<typeof volumeOptions>
