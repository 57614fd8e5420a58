/**
 * Which versions a maker has out. Makers say so in different ways, each of which is one file in `index-sorts/`; a layout names the one of its maker.
 *
 * An index is signed by nobody. It only decides what is asked for next; what is installed is checked against what the maker vouches for.
 */
import type { IndexQuestion, ReleasedVersion } from './index-sort.ts'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { reasonOf } from '../support/reason.ts'
import { locate, readBounded, type DownloadSource, type FetchFailure } from './download.ts'
import type { ReleaseLayout } from './layout.ts'
import { ReleaseError } from './release-error.ts'

/** HashiCorp's largest index has 3 MB. Whatever sends more, or takes longer, is not one. */
const BOUNDS = { bytes: 32 * 1024 * 1024, seconds: 60 }

/** Where an index is asked, and how long it may take; 60 seconds when left out. */
export interface IndexSource extends DownloadSource {
  readonly indexSeconds?: number
}

/** Whose index is asked. */
export interface IndexOf extends IndexQuestion {
  readonly layout: Pick<ReleaseLayout, 'base' | 'index'>
}

/** The versions that are out. Throws {@link ReleaseError} when the index cannot be had or cannot be believed. */
export async function readIndex(source: IndexSource, of: IndexOf): Promise<readonly ReleasedVersion[]> {
  const { base, index } = of.layout
  const place = { ...source, base: source.base === base ? (index.base ?? base) : source.base }
  const paths = index.paths(of)
  const found: ReleasedVersion[] = []
  let missing: ReleaseError | undefined
  for (const path of paths) {
    const seconds = source.indexSeconds ?? BOUNDS.seconds
    const read = await readBounded(place, path, { bytes: BOUNDS.bytes, seconds })
    const url = locate(place.base, path)
    if (Buffer.isBuffer(read)) found.push(...believed(read, url, of))
    else {
      const error = new ReleaseError(failed(url, read, seconds))
      if (read.kind !== 'missing' || paths.length === 1) throw error
      missing ??= error
    }
  }
  if (found.length === 0 && missing !== undefined) throw missing
  const byVersion = new Map(found.map((one) => [one.version, one]))
  return [...byVersion.values()]
}

function believed(read: Buffer, url: string, of: IndexOf): readonly ReleasedVersion[] {
  try {
    const found = of.layout.index.read(read.toString('utf8'), of)
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
