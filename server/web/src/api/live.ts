/**
 * The live stream of passages. An EventSource gives up for good after an HTTP error; this one always comes
 * back, waiting longer each time, and says how it stands. The server ends a stream now and then on purpose:
 * a first failure is only `connecting`, a second one is `lost`.
 */
import { BASE } from './client'
import type { PassageSummary } from './types'

export type LinkState = 'connecting' | 'open' | 'lost'

/** First wait before coming back; doubled each time. */
const WAIT_FIRST_MS = 500
/** Longest wait: a person at the screen should not wait longer than this after the server is back. */
const WAIT_LONGEST_MS = 15_000

export interface LiveLink {
  /** Comes back at once instead of waiting. */
  retry(): void
  close(): void
}

export function follow(on: {
  passage(passage: PassageSummary): void
  /** Some passages were not told: the list must be asked for. Also after each coming back. */
  missed(): void
  state(state: LinkState): void
}): LiveLink {
  let source: EventSource | null = null
  let wait = WAIT_FIRST_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let wasOpen = false
  let closed = false

  function connect(): void {
    clearTimeout(timer)
    source?.close()
    if (closed) return
    source = new EventSource(`${BASE}/passages/live`)
    source.addEventListener('open', () => {
      wait = WAIT_FIRST_MS
      on.state('open')
      if (wasOpen) on.missed()
      wasOpen = true
    })
    source.addEventListener('passage', (event) => {
      on.passage(JSON.parse((event as MessageEvent<string>).data) as PassageSummary)
    })
    source.addEventListener('missed', on.missed)
    source.addEventListener('error', () => {
      source?.close()
      on.state(wait === WAIT_FIRST_MS ? 'connecting' : 'lost')
      clearTimeout(timer)
      timer = setTimeout(connect, wait)
      wait = Math.min(wait * 2, WAIT_LONGEST_MS)
    })
  }

  function retry(): void {
    wait = WAIT_FIRST_MS
    connect()
  }
  const offline = () => on.state('lost')

  on.state('connecting')
  connect()
  window.addEventListener('online', retry)
  window.addEventListener('offline', offline)
  return {
    retry,
    close() {
      closed = true
      clearTimeout(timer)
      window.removeEventListener('online', retry)
      window.removeEventListener('offline', offline)
      source?.close()
    },
  }
}
