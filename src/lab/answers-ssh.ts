/** Asks whether an SSH server answers, without logging in. */
import { connect } from 'node:net'
import { heard } from '../support/heard.ts'

/** Whether a server on port 22 introduces itself (RFC 4253, section 4.2) within two seconds. */
export function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = heard(connect({ host: address, port: 22, timeout: 2000 }))
    let text = ''
    const finish = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.length >= 4) finish(text.startsWith('SSH-'))
    })
    socket.on('timeout', () => finish(false))
    socket.on('error', () => finish(false))
    socket.on('close', () => finish(false))
  })
}
