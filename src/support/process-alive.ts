/** Tells whether a process of this computer is still there. */

/** False only when the system knows no such process: one of another user counts as alive (kill(2), signal 0). */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
