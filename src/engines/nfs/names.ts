/** What both halves of NFS agree on. */

/** Names of the two roles, by which their nodes are found. */
export const SERVER_ROLE = 'nfs-server'
export const VOLUME_ROLE = 'nfs-volume'

/** The one port of version 4 (RFC 7530, 3.1); the port mapper and its helpers are not needed for it. */
export const NFS_PORT = 2049
