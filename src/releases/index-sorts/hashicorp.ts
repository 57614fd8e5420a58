/** HashiCorp's index of a product: `https://releases.hashicorp.com/PRODUCT/index.json` (its release server shows the form). */
import { z } from 'zod'
import type { IndexSort, ReleasedVersion } from '../index-sort.ts'
import { isPlainVersion } from '../version.ts'
import { jsonOf } from './json.ts'

const schema = z.object({
  name: z.string(),
  versions: z.record(
    z.string(),
    z.object({
      version: z.string(),
      builds: z.array(z.object({ os: z.string(), arch: z.string() })).default([]),
    }),
  ),
})

/** Candidates, and versions with an addition such as `+ent`, are passed over. */
export const hashicorpIndex: IndexSort = {
  paths: ({ product }) => [`${product}/index.json`],
  read(text, { product }) {
    const result = schema.safeParse(jsonOf(text))
    if (!result.success) {
      const [issue] = result.error.issues
      throw new Error(
        `${issue?.path.join('.') || 'the whole of it'}: ${issue?.message ?? 'has another form'}`,
      )
    }
    const { name, versions } = result.data
    if (name !== product) throw new Error(`it is the index of ${name}`)
    return Object.entries(versions).flatMap(([key, { version, builds }]): ReleasedVersion[] => {
      if (version !== key) throw new Error(`what it says of ${key} is about ${version}`)
      if (!isPlainVersion(version)) return []
      const architectures = builds.filter(({ os }) => os === 'linux').map(({ arch }) => arch)
      return [{ version, architectures: [...new Set(architectures)] }]
    })
  },
}
