/** Codes of the roles `nfs-server` and `nfs-volume`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with shared folders. */
export const nfsCodes = defineCodes({
  NFS_EXPORT_UNKNOWN: code<{ name: string; known: readonly string[] }>({
    title: 'A shared folder that nobody shares',
    summary: ({ name }) => `no node shares a folder called ${name}`,
    why: 'there would be nothing to mount',
    fix: ({ known }) =>
      known.length === 0
        ? 'add the role nfs-server, with the folder under  exports'
        : `write one of ${known.join(', ')}, or add it to  exports  of nfs-server`,
    explain:
      'What `nfs-volume` mounts is called by the name that it has under `exports` of the role `nfs-server`, whichever node shares it.',
  }),
  NFS_EXPORT_TWICE: code<{ name: string; nodes: readonly string[] }>({
    title: 'One name for two shared folders',
    summary: ({ name, nodes }) => `${nodes.join(' and ')} both share a folder called ${name}`,
    why: 'who mounts it would get one or the other',
    fix: ({ nodes }) =>
      `make nfs-server a list with a use for each of ${nodes.join(', ')}, and give the folders names of their own`,
    explain:
      'Two servers of one folder are two folders: what is written on one is not on the other. NFS has no second server that takes over.',
  }),
})
