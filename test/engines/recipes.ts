/** How each engine is built: what its Go module pins, and what the pins cannot say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an engine can be built for: this computer's, and those of boards. `armv6` is a Pi Zero's or a Pi 1's. */
export type Architecture = 'amd64' | 'arm64' | 'armv6'

/** Words that make each program print its version. */
type VersionWords = Readonly<Record<string, readonly string[]>>

interface Particulars {
  readonly versionWords: VersionWords
  /** Build tags. */
  readonly tags?: string
  /** More for the linker; VERSION stands for the version. */
  readonly link?: string
  /** It has parts in C: it is linked against this computer's libc. */
  readonly cgo?: true
  /** Why there is none for ARMv6. */
  readonly notForZero?: string
}

const PARTICULARS = {
  consul: { versionWords: { consul: ['version'] } },
  nomad: {
    versionWords: { nomad: ['version'] },
    tags: 'hashicorpmetrics',
    cgo: true,
    notForZero: 'HashiCorp has not built Nomad for 32-bit ARM since 1.8.3',
  },
  vault: {
    versionWords: { vault: ['version'] },
    notForZero: 'HashiCorp does not build this Vault for 32-bit ARM',
  },
  kubernetes: {
    versionWords: {
      kubeadm: ['version', '-o', 'short'],
      kubelet: ['--version'],
      'kube-apiserver': ['--version'],
      'kube-controller-manager': ['--version'],
      'kube-scheduler': ['--version'],
      'kube-proxy': ['--version'],
    },
    link: '-X k8s.io/component-base/version.gitVersion=vVERSION',
    notForZero: 'Kubernetes is built for ARMv7 at the least',
  },
  coredns: { versionWords: { coredns: ['-version'] } },
  traefik: {
    versionWords: { traefik: ['version'] },
    link: '-X github.com/traefik/traefik/v3/pkg/version.Version=VERSION',
  },
  // No engine: the test server of Let's Encrypt, which Traefik asks for certificates.
  pebble: { versionWords: { pebble: ['-version'] }, link: '-X main.version=VERSION' },
  // No engine: a server that speaks S3, in whose bucket backups are kept.
  versitygw: { versionWords: { versitygw: ['--version'] }, link: '-X main.Version=VERSION' },
} satisfies Readonly<Record<string, Particulars>>

/** An engine's name; also that of its folder here. */
export type EngineName = keyof typeof PARTICULARS

/** All engines, in the order in which they are built. */
export const ENGINE_NAMES = Object.keys(PARTICULARS) as readonly EngineName[]

/** What is needed to build one engine. */
export interface Recipe {
  readonly name: EngineName
  readonly version: string
  /** Folder of its Go module. */
  readonly folder: string
  /** Oldest Go that can build it. */
  readonly oldestGo: string
  /** Import paths of its programs; the last part of each is the program's name. */
  readonly packages: readonly string[]
  readonly versionWords: VersionWords
  /** Arguments for `go build`. */
  readonly flags: readonly string[]
  readonly cgo: boolean
  /** Why there is none for ARMv6, if so. */
  readonly notForZero: string | undefined
}

/** Reads an engine's module: which programs, and which version of them. */
export function recipeOf(name: EngineName): Recipe {
  const particulars: Particulars = PARTICULARS[name]
  const folder = join(import.meta.dirname, name)
  const module = readFileSync(join(folder, 'go.mod'), 'utf8')
  const packages = toolsOf(module)
  const version = packages.length === 0 ? undefined : versionOf(module, packages[0] ?? '')
  const oldestGo = /^go (\S+)$/m.exec(module)?.[1]
  if (version === undefined || oldestGo === undefined) throw new Error(`${folder}/go.mod pins no tool`)
  return {
    name,
    version,
    folder,
    oldestGo,
    packages,
    versionWords: particulars.versionWords,
    flags: flagsOf(particulars, version),
    cgo: particulars.cgo ?? false,
    notForZero: particulars.notForZero,
  }
}

/** Without debug symbols and without paths of this computer. */
function flagsOf({ tags, link }: Particulars, version: string): readonly string[] {
  const linker = ['-s -w', ...(link === undefined ? [] : [link.replace('VERSION', version)])].join(' ')
  return ['-trimpath', ...(tags === undefined ? [] : ['-tags', tags]), '-ldflags', linker]
}

/** `tool PATH` lines, and those of a `tool ( )` block. */
function toolsOf(module: string): readonly string[] {
  const block = /^tool \(\n([\s\S]*?)^\)/m.exec(module)?.[1] ?? ''
  const single = [...module.matchAll(/^tool ([^\s(]+)$/gm)].map((match) => match[1] ?? '')
  return [...single, ...block.split('\n').map((line) => line.trim())].filter((path) => path !== '')
}

/** The pinned version of the module that a package is in. */
function versionOf(module: string, path: string): string | undefined {
  const pins = module.matchAll(/^(?:require )?\s*(\S+) v(\d+\.\d+\.\d+)(?: \/\/ indirect)?$/gm)
  return [...pins].find(([, pinned = '']) => path === pinned || path.startsWith(`${pinned}/`))?.[2]
}
