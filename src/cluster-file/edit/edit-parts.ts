/** Changes of a cluster file, each made in the file in which its place is. */
import type { WholeFile } from '../include/with-includes.ts'
import { keyPathText } from '../positions.ts'
import type { Change } from './change.ts'
import { editedText } from './edit-text.ts'

/** One file, before and after. */
export interface EditedFile {
  readonly file: string
  readonly before: string
  readonly after: string
}

/** A file in which changes cannot be made with certainty, and where in it they would be. */
export interface Uncertain {
  readonly file: string
  readonly places: readonly string[]
}

/** The files that change, in the order in which they are included. */
export function editedParts(
  whole: Pick<WholeFile, 'parts' | 'ownerOf'>,
  changes: readonly Change[],
): readonly EditedFile[] | Uncertain {
  const edited: EditedFile[] = []
  for (const part of whole.parts) {
    const own = changes.filter(({ path }) => whole.ownerOf(path) === part)
    if (own.length === 0) continue
    const after = editedText(part.text, own)
    if (after === undefined) return { file: part.path, places: own.map(({ path }) => keyPathText(path)) }
    edited.push({ file: part.path, before: part.text, after })
  }
  return edited
}
