/** Brings zod's issues into one flat list, choosing the branch of a union that the user meant. */
import type { z } from 'zod'
import type { KeyPath } from './positions.ts'

/** Any issue that is not made of others. */
export type PlainIssue = Exclude<z.core.$ZodIssue, z.core.$ZodIssueInvalidUnion | z.core.$ZodIssueInvalidKey>

/** An issue with its full path, of a value or of its key; a union that fits in no way says what it would have taken. */
export type FlatIssue =
  | { readonly path: KeyPath; readonly issue: PlainIssue; readonly isKey: boolean }
  | { readonly path: KeyPath; readonly expected: readonly string[] }

/** All issues with unions taken apart. */
export function flatIssues(
  issues: readonly z.core.$ZodIssue[],
  above: KeyPath = [],
  isKey = false,
): readonly FlatIssue[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...(issue.path as KeyPath)]
    if (issue.code === 'invalid_union') return union(issue, path)
    if (issue.code === 'invalid_key') return flatIssues(issue.issues, path, true)
    return [{ path, issue, isKey }]
  })
}

/** The branch whose sort of value was written is the one that was meant; its issues are what helps. */
function union(issue: z.core.$ZodIssueInvalidUnion, path: KeyPath): readonly FlatIssue[] {
  const meant = issue.errors.find((branch) => !branch.some(isAboutSort))
  if (meant !== undefined) return flatIssues(meant, path)
  return [{ path, expected: [...new Set(issue.errors.flatMap(expectedSorts))] }]
}

/** True for "this is no text at all", false for "this text is wrong" and for what is wrong further in. */
function isAboutSort(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isAboutSort))
  return issue.code === 'invalid_type'
}

function expectedSorts(branch: readonly z.core.$ZodIssue[]): readonly string[] {
  return branch.flatMap((issue) => {
    if (issue.path.length > 0) return []
    if (issue.code === 'invalid_union') return issue.errors.flatMap(expectedSorts)
    return issue.code === 'invalid_type' ? [issue.expected] : []
  })
}
