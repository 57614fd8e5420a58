/** What is open can fail when nobody waits for it any more; an error that nobody listens to would end the process. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ownFiles } from './own-files.ts'

/** What gives an emitter that can fail later, when it is not at once given to a pipeline or a loop. */
const OPENS =
  /(?<![.\w])(spawn|connectTls|connectHttp2|connect(?!\(node: )|createConnection|session\.request|Duplex\.from)\(/

describe('whatever is opened', () => {
  it('has a listener for its errors from the beginning', () => {
    const deaf = ownFiles()
      .filter((file) => /^src\/.*(?<!\.test)\.ts$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(file, 'utf8')
        if (!/from 'node:(child_process|net|tls|http2|stream)'/.test(text)) return []
        const lines = text.split('\n')
        return lines.flatMap((line, index) => {
          const isComment = /^\s*(\*|\/\/|\/\*)/.test(line)
          if (isComment || !OPENS.test(line) || `${lines[index - 1]}${line}`.includes('heard(')) return []
          return [`${file}:${index + 1}: ${line.trim()}`]
        })
      })
    expect(deaf).toEqual([])
  })
})
