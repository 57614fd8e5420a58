/** Lets one process at a time write the secrets folder. */
import { randomBytes } from 'node:crypto'
import { readFile, link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { isProcessAlive } from '../support/process-alive.ts'
import { SecretsError } from './secrets-error.ts'

const POLL_MILLISECONDS = 50

/** Nobody writes secrets for so long: the lock was left by a process whose number another one has now. */
const ABANDONED_SECONDS = 600

/** Runs `action` while this process holds the folder; waits for another one, at most `waitSeconds`. */
export async function withStoreLock<Result>(
  folder: string,
  action: () => Promise<Result>,
  waitSeconds = 30,
): Promise<Result> {
  const lock = join(folder, '.lock')
  await acquire(folder, lock, Date.now() + waitSeconds * 1000)
  try {
    return await action()
  } finally {
    await rm(lock, { force: true })
  }
}

async function acquire(folder: string, lock: string, deadline: number): Promise<void> {
  const own = `${lock}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(own, `${process.pid} ${hostname()}\n`, { flag: 'wx', mode: 0o600 })
    // A link, unlike an exclusive create, is never seen without its content.
    while (!(await linked(own, lock))) {
      if (await removeAbandoned(lock, own)) continue
      if (Date.now() > deadline) throw await lockedBy(lock)
      await sleep(POLL_MILLISECONDS)
    }
  } catch (error) {
    if (error instanceof SecretsError) throw error
    const problem = (error as Error).message
    throw new SecretsError(secretsCodes.SECRETS_UNWRITABLE({ file: folder, problem }))
  } finally {
    await rm(own, { force: true })
  }
}

async function linked(own: string, lock: string): Promise<boolean> {
  try {
    await link(own, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Takes away a lock whose holder has died. Renames it first, so that of several waiting ones only one does so. */
async function removeAbandoned(lock: string, own: string): Promise<boolean> {
  const seen = await readFile(lock, 'utf8').catch(() => undefined)
  if (seen === undefined) return true
  if (!(await isAbandoned(lock, seen))) return false
  const aside = `${own}.aside`
  try {
    await rename(lock, aside)
  } catch {
    return true
  }
  // Somebody else may have taken it over between the look and the rename: then it goes back.
  if ((await readFile(aside, 'utf8')) !== seen) await link(aside, lock).catch(() => undefined)
  await rm(aside, { force: true })
  return true
}

async function isAbandoned(lock: string, content: string): Promise<boolean> {
  const [pid, host] = content.trim().split(' ')
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (age > ABANDONED_SECONDS * 1000) return true
  if (host !== hostname() || pid === undefined) return false
  return !isProcessAlive(Number(pid))
}

async function lockedBy(lock: string): Promise<SecretsError> {
  const holder = (await readFile(lock, 'utf8').catch(() => '')).trim().split(' ')
  return new SecretsError(
    secretsCodes.SECRETS_LOCKED({ file: lock, process: holder[0] ?? '?', computer: holder[1] ?? '?' }),
  )
}
