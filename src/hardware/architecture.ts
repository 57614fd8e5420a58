/** What instruction sets boards have, and what Debian, Go and the kernel call them. */

/** The instruction sets of the supported boards. */
export const ARCHITECTURES = ['armv6', 'armv7', 'arm64', 'amd64'] as const

/** An instruction set that programs are built for. */
export type Architecture = (typeof ARCHITECTURES)[number]

/** One instruction set under its various names. */
export interface ArchitectureNames {
  /** What `dpkg --print-architecture` says. */
  readonly debian: 'armhf' | 'arm64' | 'amd64'
  /** What `uname -m` says under a kernel of the same width. */
  readonly kernel: string
  /** What releases of Go programs are called after (`linux_arm64`). */
  readonly go: 'arm' | 'arm64' | 'amd64'
  /** False where Debian itself has nothing: its `armhf` needs ARMv7, only Raspberry Pi OS builds `armhf` for ARMv6. */
  readonly inDebian: boolean
}

/**
 * Names of each architecture. Sources: Debian's ArmHardFloatPort page (armhf means ARMv7 with VFPv3-D16), Raspberry Pi OS
 * (armhf built for ARMv6 with VFPv2), Go's GOARCH list.
 */
export const ARCHITECTURE_NAMES: Readonly<Record<Architecture, ArchitectureNames>> = {
  armv6: { debian: 'armhf', kernel: 'armv6l', go: 'arm', inDebian: false },
  armv7: { debian: 'armhf', kernel: 'armv7l', go: 'arm', inDebian: true },
  arm64: { debian: 'arm64', kernel: 'aarch64', go: 'arm64', inDebian: true },
  amd64: { debian: 'amd64', kernel: 'x86_64', go: 'amd64', inDebian: true },
}

/** The architecture behind Debian's name for it and `uname -m`: a 64-bit kernel often runs under a 32-bit system. */
export function architectureOf(debian: string, kernel: string): Architecture | undefined {
  if (debian === 'armhf') return kernel === 'armv6l' ? 'armv6' : 'armv7'
  return ARCHITECTURES.find((architecture) => ARCHITECTURE_NAMES[architecture].debian === debian)
}
