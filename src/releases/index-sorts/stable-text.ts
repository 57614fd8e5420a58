/**
 * One line of text a file: `release/stable-1.35.txt` has the newest version of a line, as Kubernetes has it at https://dl.k8s.io
 * ("Download Kubernetes", kubernetes.io/releases/download).
 */
import type { IndexSort } from '../index-sort.ts'
import { isPlainVersion } from '../version.ts'

/** A file for each line that the role knows; the maker builds all versions for the same architectures. */
export function stableText(architectures: readonly string[]): IndexSort {
  return {
    paths: ({ known }) => known.map((line) => `release/stable-${line}.txt`),
    read(text) {
      const version = text.trim().replace(/^v/, '')
      if (!isPlainVersion(version)) throw new Error('it is no version')
      return [{ version, architectures }]
    },
  }
}
