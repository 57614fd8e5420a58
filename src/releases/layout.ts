/** How a maker lays its releases out, as data of an engine: where a file is, how it is packed, what vouches for it. */
import type { IndexSort } from './index-sort.ts'

/** One version, built for one architecture. */
export interface ReleaseName {
  /** The maker's word for the program: `consul`. */
  readonly product: string
  readonly version: string
  /** The maker's word for the architecture: arm, arm64, amd64. */
  readonly architecture: string
}

/** The layout of a maker's releases. A mirror serves the same paths. */
export interface ReleaseLayout {
  /** The maker's own server: the beginning of a URL. */
  readonly base: string
  /** Path of a release below the base. */
  file(release: ReleaseName): string
  /** In an archive the wanted member is looked for; a bare file is the program itself. */
  readonly packed: 'zip' | 'tar.gz' | 'bare'
  /**
   * Path of what holds its SHA-256: `CHECKSUM  NAME` lines, or a checksum alone. Left out where the maker has none: then the first file that is
   * seen is pinned in the cluster lock, and each later one is compared with it.
   */
  sums?(release: ReleaseName): string
  /** What vouches for the checksums: an OpenPGP signature beside them, and the key of the maker, armored or not. */
  readonly signature?: { readonly ending: string; readonly key: URL }
  /** How the versions that are out are asked for. */
  readonly index: IndexSort
}

/** One file of one release. */
export interface WantedRelease extends ReleaseName {
  /** Path of the wanted file in the archive; what a bare file is called on this computer. */
  readonly member: string
  readonly layout: ReleaseLayout
}

/** What a release is called among people: the last part of its path. */
export function fileName({ layout, ...release }: WantedRelease): string {
  return layout.file(release).split('/').at(-1) ?? ''
}
