/** Scripts with the bytecode that V8 made of them in an earlier run: reading it costs a fraction of compiling again. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { privateCacheFolder } from '../support/cache-folder.ts'
import { sha256 } from '../support/sha256.ts'

const KEPT_DAYS = 30
const CHECKSUM_LENGTH = 64
const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000

/**
 * The folder of compiled code in the user's cache; undefined when there is to be none. `NODE_DISABLE_COMPILE_CACHE` counts as it does
 * for Node itself (nodejs.org/api/cli.html).
 */
export function codeFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const { NODE_DISABLE_COMPILE_CACHE: disabled = '' } = environment
  return disabled === '' ? privateCacheFolder('code', environment) : undefined
}

/**
 * The exports of a CommonJS file in ASCII that imports nothing dynamically. Code that does not fit both
 * it and this Node is made anew when the process ends well. V8 tells scripts apart by their length alone, so each has a file of its own.
 */
export function loadScript(file: string, compiled: string | undefined): unknown {
  const cachedData = compiled === undefined ? undefined : readCode(compiled)
  const script = new Script(
    `(function (exports, require, module, __filename) {${readFileSync(file, 'latin1')}\n})`,
    {
      filename: file,
      ...(cachedData && { cachedData }),
    },
  )
  if (compiled !== undefined && script.cachedDataRejected !== false) {
    process.once('exit', (code) => {
      if (code === 0) keepCode(compiled, script.createCachedData())
    })
  }
  const module = { exports: {} as unknown }
  const run = script.runInThisContext() as (...given: unknown[]) => void
  run(module.exports, createRequire(file), module, file)
  return module.exports
}

/** V8 does not look at what it is given, and dies of damage: a checksum goes before the code. */
function readCode(path: string): Buffer | undefined {
  try {
    const kept = readFileSync(path)
    const code = kept.subarray(CHECKSUM_LENGTH)
    return sha256(code) === kept.toString('latin1', 0, CHECKSUM_LENGTH) ? code : undefined
  } catch {
    return undefined
  }
}

/** Without it the next start is merely slower, so a failure is nobody's. */
function keepCode(path: string, code: Buffer): void {
  const folder = dirname(path)
  const written = join(folder, `.${process.pid}`)
  try {
    writeFileSync(written, Buffer.concat([Buffer.from(sha256(code)), code]), { mode: 0o600 })
    renameSync(written, path)
    const oldest = Date.now() - KEPT_DAYS * MILLISECONDS_PER_DAY
    for (const name of readdirSync(folder)) {
      const isOld = name !== basename(path) && statSync(join(folder, name)).mtimeMs < oldest
      if (isOld) rmSync(join(folder, name), { force: true })
    }
  } catch {
    rmSync(written, { force: true })
  }
}
