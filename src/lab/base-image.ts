/** Builds the Debian that all nodes of a kind stand on, once per recipe, and keeps it for every lab of this computer. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../support/sha256.ts'
import { nodeSources, readAptProxy, readMirror } from './debian-mirror.ts'
import { EMULATED_PACKAGES, makeEmulatedImage } from './emulated-image.ts'
import type { LabProgress, LabRelease } from './lab-spec.ts'
import { withLock } from './lock.ts'
import type { KindName } from './node-kind.ts'
import { step } from './step.ts'
import { besideLab, CACHE_FOLDER, labKeys, readLab } from './store.ts'

/** What Raspberry Pi OS Lite has and a node needs; no Python, no curl: Bramble must do without. */
const PACKAGES = [
  'ca-certificates',
  'dbus',
  'iproute2',
  'iputils-ping',
  'kmod',
  // With bookworm, what lets ping be used without root.
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

/** What bookworm has in another package: here, what lets ping be used without root. */
const RELEASE_PACKAGES: Record<LabRelease, readonly string[]> = {
  bookworm: [],
  trixie: ['linux-sysctl-defaults'],
}

const KEEP_DAYS = 14

/** What lies beside the lab's code and becomes part of a base. */
const SCRIPTS: Record<KindName, readonly string[]> = {
  container: ['base-trim.sh', 'node-first.sh', 'container-first.sh'],
  emulated: ['base-trim.sh', 'node-first.sh', 'emulated-first.sh', 'emulated-image.sh'],
}

/** Makes the base for a release if it is not there yet, and returns its folder. Two callers at once build it once. */
export async function ensureBase(
  release: LabRelease,
  progress?: LabProgress,
  kind: KindName = 'container',
): Promise<string> {
  const own = kind === 'emulated' ? EMULATED_PACKAGES : []
  const packages = [...PACKAGES, ...RELEASE_PACKAGES[release], ...own]
  const sources = nodeSources(await readMirror(), release)
  const scripts = SCRIPTS[kind].map((name) => readFile(besideLab(name), 'utf8'))
  const recipe = [release, process.arch, packages.join(' '), sources, ...(await Promise.all(scripts))]
  const key = sha256(recipe.join('\n')).slice(0, 12)
  const folder = join(CACHE_FOLDER, `${release}-${key}`)
  await mkdir(CACHE_FOLDER, { recursive: true })
  await writeFile(`${folder}.used`, '')
  if (existsSync(folder)) return folder
  const what = kind === 'emulated' ? 'the base image of emulated nodes' : 'the base image'
  const waiting = () => progress?.({ text: `waiting: another lab is building ${what}` })
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return
      progress?.({ text: `building ${what} (Debian ${release}), once for all labs` })
      await dropOldBases()
      await build(folder, release, kind, packages, sources)
    },
    waiting,
  )
  return folder
}

async function build(
  folder: string,
  release: LabRelease,
  kind: KindName,
  packages: readonly string[],
  sources: string,
): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  const proxy = await readAptProxy()
  await step(
    'mmdebstrap',
    [
      '--mode=root',
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      ...(proxy === undefined ? [] : [`--aptopt=Acquire::http::Proxy "${proxy}"`]),
      release,
      draft,
      ...(sources === '' ? [] : ['-']),
    ],
    { input: sources, timeoutSeconds: 1800 },
  )
  await step('sh', [besideLab('base-trim.sh'), draft, kind], { input: sources })
  if (kind === 'emulated') await makeEmulatedImage(draft, folder)
  else await rename(draft, folder)
}

/** Removes bases of recipes that nobody has asked for lately and that no lab stands on. */
async function dropOldBases(): Promise<void> {
  const labs = await Promise.all((await labKeys()).map((key) => readLab(key)))
  const inUse = labs.flatMap((lab) => Object.values(lab?.nodes ?? {}).map((node) => node.base))
  for (const name of await readdir(CACHE_FOLDER)) {
    const folder = join(CACHE_FOLDER, name.replace(/\.used$/, ''))
    if (!name.endsWith('.used') || inUse.includes(folder)) continue
    if (Date.now() - (await stat(`${folder}.used`)).mtimeMs < KEEP_DAYS * 86_400_000) continue
    await rm(folder, { recursive: true, force: true })
    await rm(`${folder}.used`)
  }
}
