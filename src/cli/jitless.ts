/** For a command, which reads little: to compile schemas into code takes longer than to walk through them. Comes before any schema. */
import { config } from 'zod'

config({ jitless: true })
