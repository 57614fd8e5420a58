/** The releases of a project on GitHub: `GET /repos/OWNER/REPO/releases` (REST API, "List releases"), newest first, a hundred at most. */
import { z } from 'zod'
import type { IndexSort, ReleasedVersion } from '../index-sort.ts'
import { isPlainVersion } from '../version.ts'
import { jsonOf } from './json.ts'

const schema = z.array(
  z.object({
    tag_name: z.string(),
    draft: z.boolean(),
    prerelease: z.boolean(),
    assets: z.array(z.object({ name: z.string() })).default([]),
  }),
)

/** Where a project is, and how the names of its files tell what they are built for. */
export interface GithubProject {
  /** OWNER/REPO */
  readonly project: string
  /** What is built for Linux: the architecture, in the maker's words, from the name of a file of this version. */
  architectureOf(file: string, version: string): string | undefined
}

/** Drafts, candidates and tags that are no version are passed over. */
export function githubIndex({ project, architectureOf }: GithubProject): IndexSort {
  return {
    base: 'https://api.github.com',
    paths: () => [`repos/${project}/releases?per_page=100`],
    read(text) {
      const result = schema.safeParse(jsonOf(text))
      if (!result.success) {
        const [issue] = result.error.issues
        throw new Error(
          `${issue?.path.join('.') || 'the whole of it'}: ${issue?.message ?? 'has another form'}`,
        )
      }
      return result.data.flatMap(({ tag_name: tag, draft, prerelease, assets }): ReleasedVersion[] => {
        const version = tag.replace(/^v/, '')
        if (draft || prerelease || !isPlainVersion(version)) return []
        const architectures = assets.flatMap(({ name }) => architectureOf(name, version) ?? [])
        return [{ version, architectures: [...new Set(architectures)] }]
      })
    },
  }
}
