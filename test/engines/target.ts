/** Building and running for another architecture than this computer's: cross compiler and user-mode emulation. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run, type RunResult } from '../../src/support/run.ts'
import { ownArchitecture, type EnginePlace } from './engine-cache.ts'
import type { Architecture } from './recipes.ts'

interface Board {
  readonly go: NodeJS.ProcessEnv
  /** The emulator with the board's own processor, and where the target's libc is. */
  readonly emulator: readonly [string, ...string[]]
  readonly compiler: string
  readonly compilerPackages: string
}

const EMULATOR_PACKAGE = 'qemu-user-static'

/** `arm1176` is the processor of a Pi Zero and a Pi 1, `cortex-a53` that of a Pi 3 and a Zero 2. */
const BOARDS: Readonly<Record<Exclude<Architecture, 'amd64'>, Board>> = {
  arm64: {
    go: { GOARCH: 'arm64' },
    emulator: ['qemu-aarch64-static', '-cpu', 'cortex-a53', '-L', '/usr/aarch64-linux-gnu'],
    compiler: 'aarch64-linux-gnu-gcc',
    compilerPackages: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  },
  armv6: {
    go: { GOARCH: 'arm', GOARM: '6' },
    emulator: ['qemu-arm-static', '-cpu', 'arm1176', '-L', '/usr/arm-linux-gnueabi'],
    compiler: 'arm-linux-gnueabi-gcc',
    compilerPackages: 'gcc-arm-linux-gnueabi libc6-dev-armel-cross',
  },
}

/** How to build for an architecture here, or what to install first. */
export interface Target {
  readonly environment: NodeJS.ProcessEnv
  readonly lacks: string | undefined
}

/** Looks whether what is needed is on this computer. */
export function targetOf({ recipe, architecture }: EnginePlace): Target {
  const cgo = { CGO_ENABLED: recipe.cgo ? '1' : '0' }
  if (architecture === ownArchitecture()) {
    const lacks = recipe.cgo && !isInstalled('gcc') ? 'apt-get install gcc libc6-dev' : undefined
    return { environment: cgo, lacks }
  }
  const board = boardOf(architecture)
  const packages = [
    ...(isInstalled(board.emulator[0]) ? [] : [EMULATOR_PACKAGE]),
    ...(!recipe.cgo || isInstalled(board.compiler) ? [] : [board.compilerPackages]),
  ]
  return {
    environment: { ...cgo, ...board.go, ...(recipe.cgo && { CC: board.compiler }) },
    lacks: packages.length === 0 ? undefined : `apt-get install ${packages.join(' ')}`,
  }
}

/** Runs a built program: as it is, or as the board's processor would. */
export function runAs(
  { architecture }: EnginePlace,
  program: string,
  words: readonly string[],
): Promise<RunResult> {
  const limit = { timeoutSeconds: 300 }
  if (architecture === ownArchitecture()) return run(program, words, limit)
  const [emulator, ...options] = boardOf(architecture).emulator
  return run(emulator, [...options, program, ...words], limit)
}

function boardOf(architecture: Architecture): Board {
  if (architecture === 'amd64') throw new Error('amd64 is built on amd64 only: no board has it')
  return BOARDS[architecture]
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}
