/** All that is generated for readers: the pages of the reference, and the schema that editors read. */
import { existsSync, readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { clusterFileSchemaText } from '../../src/cli/cluster-file-schema.ts'
import { renderClusterFileReference } from '../../src/cluster-file/reference.ts'
import { roleSchemas } from '../../src/api/open.ts'
import { renderErrorReference } from '../../src/api/explain/code-reference.ts'
import { cliPage, exitCodesPage } from './cli-page.ts'
import { eventsPage } from './events-page.ts'
import { manPage } from './man-page.ts'
import { kindsPage, rolesPage } from './unit-pages.ts'

/** Texts by path, from the top folder, which has to be the current one. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/bramble.1', await manPage()],
    ['docs/reference/cli.md', await cliPage()],
    ['docs/reference/cluster-file.md', renderClusterFileReference(roleSchemas())],
    ['docs/reference/errors.md', renderErrorReference(errorExample)],
    ['docs/reference/events.md', eventsPage()],
    ['docs/reference/exit-codes.md', exitCodesPage()],
    ['docs/reference/kinds.md', kindsPage()],
    ['docs/reference/roles.md', rolesPage()],
    ['cluster.schema.json', await formatted(clusterFileSchemaText())],
  ])
}

/** What is said about the faulty cluster file that belongs to a code. */
function errorExample(code: string): string | undefined {
  const file = `test/errors/${code}/expected.txt`
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

async function formatted(json: string): Promise<string> {
  return format(json, { ...(await resolveConfig('cluster.schema.json')), parser: 'json' })
}
