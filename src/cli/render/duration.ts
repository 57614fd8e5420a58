/** Spans of time as people read them. */

/** `0.4s`, `12s`, `3m 05s`, `2h 07m`; a clock that went back counts as no time. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${twoDigits(whole % 60)}s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`
}

/** The same for a span that is counted while one looks: without tenths, which would flicker. */
export function formatRunning(milliseconds: number): string {
  return milliseconds < 10_000
    ? `${Math.floor(Math.max(0, milliseconds) / 1000)}s`
    : formatDuration(milliseconds)
}

/** `45 s`, `12 min`, `7 h`, `3 d`: how long a node has been up. */
export function formatUptime(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
