/**
 * Writes ten entries a second through the agent of the node in whose network it runs, and asks it as often who leads. Arguments: prefix, token,
 * milliseconds of patience with one write. A line on standard output for each that was acknowledged: key, time; and for each time that it named
 * a leader: `leader`, time. Ends with the end of its standard input.
 */
const [prefix, token, patience] = process.argv.slice(2)
const PERIOD_MILLISECONDS = 100
const AGENT = 'http://127.0.0.1:8500/v1'

let count = 0
async function write() {
  const key = `${prefix}/${count++}`
  try {
    const answer = await fetch(`${AGENT}/kv/${key}`, {
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

async function ask() {
  try {
    const answer = await fetch(`${AGENT}/status/leader`, { signal: AbortSignal.timeout(1000) })
    if (answer.ok && /[0-9]/.test(await answer.text())) process.stdout.write(`leader ${Date.now()}\n`)
  } catch {
    // Nobody is known to lead.
  }
}

const timers = [setInterval(write, PERIOD_MILLISECONDS), setInterval(ask, PERIOD_MILLISECONDS)]
process.stdin.on('end', () => timers.forEach(clearInterval)).resume()
