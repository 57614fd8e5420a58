/** Holds the JSON Schema that editors use to what Bramble itself accepts and refuses. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { roleSchemas } from '../../src/api/open.ts'
import { clusterFileJsonSchema } from '../../src/cluster-file/json-schema.ts'
import { SAMPLE_ROLES } from './sample-roles.ts'

// What an address is, editors know; the checks of Bramble itself tell the rest.
const formats = { uri: true } as const
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true, formats })
const accepts = ajv.compile(clusterFileJsonSchema({ ...roleSchemas(), ...SAMPLE_ROLES }))

/** Mistakes that a schema can see; the others lie between keys, or in the text itself. */
const SEEN = new Set([
  'BAD_VALUE',
  'MISSING_KEY',
  'NAME_NOT_DNS_LABEL',
  'REFERENCE_UNCLEAR',
  'UNKNOWN_KEY',
  'UNKNOWN_ROLE',
  'WRONG_CHOICE',
  'WRONG_TYPE',
])
const UNREADABLE = /^(?:YAML|CLUSTER_FILE|TYPED_FILE)_/

const folders = readdirSync('test/errors').filter(
  (name) => !UNREADABLE.test(name) && existsSync(join('test/errors', name, 'cluster.yaml')),
)
const examples = existsSync('examples')
  ? readdirSync('examples').filter((name) => existsSync(join('examples', name, 'cluster.yaml')))
  : []

function read(folder: string): unknown {
  return parse(readFileSync(join(folder, 'cluster.yaml'), 'utf8'), { merge: true })
}

describe('an editor', () => {
  it.each(examples)('accepts the example %s', (name) => {
    expect(accepts(read(join('examples', name))), JSON.stringify(accepts.errors)).toBe(true)
  })

  it.each(folders.filter((code) => SEEN.has(code)))('marks the mistakes of %s', (code) => {
    expect(accepts(read(join('test/errors', code)))).toBe(false)
  })

  it.each(folders.filter((code) => !SEEN.has(code)))('leaves %s to Bramble', (code) => {
    expect(accepts(read(join('test/errors', code))), JSON.stringify(accepts.errors)).toBe(true)
  })
})
