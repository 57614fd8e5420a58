/** What roles have that is worth keeping, and how whoever keeps it is asked. */

/** What a backup is to hold of what a role has on a node. */
export interface ProvidedBackup {
  /** Folders and files that are saved as they lie there. */
  readonly paths?: readonly BackupPath[]
  /** What cannot be saved as it lies there. */
  readonly made?: readonly MadeBackup[]
}

/** A folder or a file. */
export interface BackupPath {
  readonly path: string
  /**
   * Whether it has to lie on a file system that is mounted below the root: an empty mount point is no data. Left out: it has to lie where it lay
   * when it was last saved well.
   */
  readonly mounted?: boolean | undefined
  /** Whether it is all right that it has no file as long as it has never had one. Left out: a folder without a file is a backup that failed. */
  readonly startsEmpty?: boolean
}

/** What a program makes a file of, and another takes back from such a file. Both run as root; `{}` stands for the path of the file. */
export interface MadeBackup {
  /** Name of the file, such as `consul.snapshot`; unique on its node. */
  readonly name: string
  readonly make: readonly string[]
  readonly restore: readonly string[]
  /**
   * Name of the token, among the secrets, that takes it back and that no node holds: `restore` reads it from its standard input, one line. Left out:
   * what lies on the node is enough.
   */
  readonly restoreToken?: string
  /** `cluster`: every node that has it saves the same, and it is taken back once, through one of them. */
  readonly of: 'node' | 'cluster'
}

/** The programs by which the backups of a node are asked for. They run on it as root, and print lines of fields with tabs between them. */
export interface BackupKeeper {
  /** Saves all. A line for each: `good NAME FILES BYTES` or `failed NAME REASON`; ends with 1 when one has failed. */
  readonly now: readonly string[]
  /** The same, and what has become less than half is taken as it is. */
  readonly nowSmaller: readonly string[]
  /** What there is: `NAME of TIME ID FILES BYTES`, oldest first. */
  readonly list: readonly string[]
  /** Takes back these, each the newest one or the one with this id; lines as of {@link now}. */
  readonly restore: (names: readonly string[], id?: string) => readonly string[]
}
