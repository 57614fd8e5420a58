/** A controller in a process of its own, so that it can be killed. */
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { file } from '../../src/resources/file/file.ts'
import { converge, observe } from '../../src/delivery/push/push.ts'
import { programOf, pushRun, ScratchNode } from './scratch-node.ts'

/** A controller that runs. */
export interface OtherController {
  /** Resolves when it has written this word on a line. */
  said(word: string): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

/**
 * Starts it: `link PORT` opens a link and keeps it; `apply RUN` brings the file `/srv/slow` to the node, whose program
 * waits for `/srv/go`.
 */
export async function startController(
  node: ScratchNode,
  environment: Readonly<Record<string, string>>,
  ...words: string[]
): Promise<OtherController> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'jiti/register',
      'test/delivery/other-controller.ts',
      node.folder,
      String(node.port),
      ...words,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  )
  let heard = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    said: (word) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (heard.split('\n').includes(word)) resolve()
        }
        child.stdout.on('data', look)
        child.once('close', () => reject(new Error(`the controller ended: ${heard}`)))
        look()
      }),
    kill: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** A resource whose converge waits until the test makes `/srv/go`; a command of shell may come before. */
export function slowFile(path = '/srv/slow', first = ':'): ReturnType<typeof file> {
  const wait = `${first}; while [ ! -e /srv/go ]; do sleep 0.1; done`
  return file({ path, content: 'slow', validate: ['sh', '-c', wait] })
}

async function main(folder: string, port: number, what: string, word: string): Promise<void> {
  const node = new ScratchNode(folder, port)
  const transport = await node.transport([node.dial('ada')])
  if (what === 'link') {
    const link = await transport.connect('ada', Number(word))
    link.resume()
    process.stdout.write('linked\n')
    return
  }
  const push = { ...pushRun(transport), run: word, by: 'eve@laptop' }
  const program = programOf('ada', [slowFile()])
  const found = await observe(push, program, 'apply', () => undefined)
  if (!found.reached) throw new Error(found.failure.summary)
  process.stdout.write('observed\n')
  await converge(push, program, found, (event) => {
    if (event.type === 'phase-started' && event.detail !== undefined) process.stdout.write('converging\n')
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = '', port = '', what = '', word = ''] = process.argv.slice(2)
  await main(folder, Number(port), what, word)
}
