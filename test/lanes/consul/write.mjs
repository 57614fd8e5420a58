/**
 * Writes ten entries a second through the agent of the node in whose network it runs. Arguments: prefix, token, milliseconds of patience
 * with one answer. A line on standard output for each that was acknowledged: key, time. Ends with the end of its standard input.
 */
const [prefix, token, patience] = process.argv.slice(2)
const PERIOD_MILLISECONDS = 100

let count = 0
async function write() {
  const key = `${prefix}/${count++}`
  try {
    const answer = await fetch(`http://127.0.0.1:8500/v1/kv/${key}`, {
      method: 'PUT',
      body: key,
      headers: { 'x-consul-token': token },
      signal: AbortSignal.timeout(Number(patience)),
    })
    if (answer.ok && (await answer.text()).trim() === 'true') process.stdout.write(`${key} ${Date.now()}\n`)
  } catch {
    // Nobody answered: that this was not acknowledged is all that counts.
  }
}

const timer = setInterval(write, PERIOD_MILLISECONDS)
process.stdin.on('end', () => clearInterval(timer)).resume()
