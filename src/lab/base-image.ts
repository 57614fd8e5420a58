/** Builds the Debian that all nodes stand on, once per recipe, and keeps it for every lab of this computer. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeSources, readAptProxy, readMirror } from './debian-mirror.ts'
import type { LabProgress, LabRelease } from './lab-spec.ts'
import { withLock } from './lock.ts'
import { step } from './step.ts'
import { besideLab, CACHE_FOLDER } from './store.ts'

/** What Raspberry Pi OS Lite has and a node needs; no Python, no curl: Bramble must do without. */
const PACKAGES = [
  'ca-certificates',
  'dbus',
  'iproute2',
  'iputils-ping',
  'kmod',
  // Lets ping be used without root.
  'libcap2-bin',
  'libpam-systemd',
  'locales',
  'netbase',
  'openssh-server',
  'procps',
  'sudo',
  'systemd',
  'systemd-sysv',
  'systemd-timesyncd',
  'tzdata',
]

/** Makes the base for a release if it is not there yet, and returns its folder. Two callers at once build it once. */
export async function ensureBase(release: LabRelease, progress?: LabProgress): Promise<string> {
  const sources = nodeSources(await readMirror(), release)
  const recipe = [
    release,
    process.arch,
    PACKAGES.join(' '),
    sources,
    await readFile(besideLab('base-trim.sh'), 'utf8'),
    await readFile(besideLab('node-first.sh'), 'utf8'),
  ].join('\n')
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 12)
  const folder = join(CACHE_FOLDER, `${release}-${key}`)
  if (existsSync(folder)) return folder
  const waiting = () => progress?.({ text: 'waiting: another lab is building the base image' })
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return
      progress?.({ text: `building the base image (Debian ${release}), once for all labs` })
      await build(folder, release, sources)
    },
    waiting,
  )
  return folder
}

async function build(folder: string, release: LabRelease, sources: string): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(CACHE_FOLDER, { recursive: true })
  const proxy = await readAptProxy()
  await step(
    'mmdebstrap',
    [
      '--mode=root',
      '--variant=minbase',
      `--include=${PACKAGES.join(',')}`,
      ...(proxy === undefined ? [] : [`--aptopt=Acquire::http::Proxy "${proxy}"`]),
      release,
      draft,
      '-',
    ],
    { input: sources, timeoutSeconds: 1800 },
  )
  await step('sh', [besideLab('base-trim.sh'), draft, besideLab('node-first.sh')], { input: sources })
  await rename(draft, folder)
}
