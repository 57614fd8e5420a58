/**
 * Which versions a maker has out. Makers say so in different ways, each of which is one file in `index-sorts/` and one line in
 * {@link INDEX_SORTS}. HashiCorp's is there: `PRODUCT/index.json`. Where others say it, for when an engine needs it: Kubernetes in
 * `stable.txt` and `stable-1.35.txt`, k3s at its channel server, projects on GitHub by the redirect of `releases/latest` or the API.
 *
 * An index is signed by nobody. It only decides what is asked for next; what is installed is checked against the maker's signature.
 */
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { reasonOf } from '../support/reason.ts'
import { locate, readBounded, type DownloadSource, type FetchFailure } from './download.ts'
import { hashicorpIndex } from './index-sorts/hashicorp.ts'
import { ReleaseError } from './release-error.ts'

/** A version that is out. */
export interface ReleasedVersion {
  readonly version: string
  /** What it is built for on Linux, in the maker's words. */
  readonly architectures: readonly string[]
}

/** One way of saying which versions are out. */
export interface IndexSort {
  /** Where it is below the base of the releases. */
  path(product: string): string
  /** Reads it. Throws an error with a plain sentence when it is not what it should be. */
  read(text: string, product: string): readonly ReleasedVersion[]
}

/** By name: how an index is asked for. */
export const INDEX_SORTS = { hashicorp: hashicorpIndex } as const satisfies Record<string, IndexSort>

/** A name of {@link INDEX_SORTS}. */
export type IndexSortName = keyof typeof INDEX_SORTS

/** HashiCorp's largest index has 3 MB. Whatever sends more, or takes longer, is not one. */
const BOUNDS = { bytes: 32 * 1024 * 1024, seconds: 60 }

/** Where an index is asked, and how long it may take; 60 seconds when left out. */
export interface IndexSource extends DownloadSource {
  readonly indexSeconds?: number
}

/** The versions that are out. Throws {@link ReleaseError} when the index cannot be had or cannot be believed. */
export async function readIndex(
  source: IndexSource,
  product: string,
  sort: IndexSort = INDEX_SORTS.hashicorp,
): Promise<readonly ReleasedVersion[]> {
  const path = sort.path(product)
  const seconds = source.indexSeconds ?? BOUNDS.seconds
  const read = await readBounded(source, path, { bytes: BOUNDS.bytes, seconds })
  const url = locate(source.base, path)
  if (!Buffer.isBuffer(read)) throw new ReleaseError(failed(url, read, seconds))
  try {
    const found = sort.read(read.toString('utf8'), product)
    if (found.length === 0) throw new Error('it names no version at all')
    return found
  } catch (error) {
    throw new ReleaseError(releaseCodes.RELEASE_INDEX_INVALID({ url, reason: reasonOf(error) }))
  }
}

function failed(url: string, failure: FetchFailure, seconds: number): Diagnostic {
  switch (failure.kind) {
    case 'missing':
      return releaseCodes.RELEASE_INDEX_MISSING({ url })
    case 'too-large':
      return releaseCodes.RELEASE_INDEX_TOO_LARGE({ url, megabytes: BOUNDS.bytes / 1024 / 1024 })
    case 'too-slow':
      return releaseCodes.RELEASE_INDEX_TOO_SLOW({ url, seconds })
    default:
      return releaseCodes.RELEASE_INDEX_UNREACHABLE({ url, reason: failure.reason })
  }
}
