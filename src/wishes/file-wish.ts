/** What roles wish for among the files beside the cluster file. */
import type { KeyPath } from '../cluster-file/positions.ts'
import { text, type TextForm } from '../cluster-file/forms.ts'
import type { Content } from '../resources/kind.ts'
import type { SecretText } from '../secrets/secret-content.ts'

/** A file beside the cluster file that a role reads; it is read once, before anything is compiled. */
export interface FileWish {
  /** As the cluster file has it: from the folder of the cluster file. */
  readonly path: string
  /** The option that names it, or the way to a value inside of it: for its place in the cluster file. */
  readonly option: string | KeyPath
  /** Its bytes are a secret, and never show. */
  readonly secret?: boolean | undefined
}

const BESIDE: TextForm = {
  pattern: /^[^\p{Cc}]+$/u,
  problem: 'is no path of a file',
  fix: 'write the path of a file beside the cluster file, such as files/motd',
}

/** Schema of an option that has to name a file beside the cluster file. */
export function requiredBeside(description: string) {
  return text(BESIDE).meta({ description })
}

/** Schema of an option that may name a file beside the cluster file. */
export function beside(description: string) {
  return text(BESIDE).optional().meta({ description })
}

/** The files that were read, by the path that the cluster file has for them. */
export type WishedFiles = ReadonlyMap<string, Content>

/** Gives the bytes of a wished file. A path that nobody wished for is a defect of the role. */
export function fileFrom(files: WishedFiles): (path: string) => Content {
  return (path) => {
    const content = files.get(path)
    if (!content) throw new Error(`the file ${path} was used without a wish for it`)
    return content
  }
}

/** What must show nowhere: each secret file, and so each line of it. */
export function secretTextsOf(files: WishedFiles): SecretText[] {
  return [...files].flatMap(([path, { bytes, sensitive }]) =>
    sensitive && !('path' in bytes) ? [{ name: path, text: Buffer.from(bytes).toString() }] : [],
  )
}
