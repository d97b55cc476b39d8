/**
 * The live stream of passages. An EventSource gives up for good after an HTTP error, and tells nobody of a
 * half-dead link; this one always comes back, waiting longer each time, and says how it stands.
 */
import { BASE } from './client'
import type { PassageSummary } from './types'

export type LinkState = 'connecting' | 'open' | 'lost'

/** First wait before coming back; doubled each time. */
const WAIT_FIRST_MS = 1_000
/** Longest wait: a person at the screen should not wait longer than this after the server is back. */
const WAIT_LONGEST_MS = 15_000

export interface LiveLink {
  /** Comes back at once instead of waiting. */
  retry(): void
  close(): void
}

export function follow(on: {
  passage(passage: PassageSummary): void
  state(state: LinkState): void
}): LiveLink {
  let source: EventSource | null = null
  let wait = WAIT_FIRST_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  function connect(): void {
    clearTimeout(timer)
    source?.close()
    if (closed) return
    source = new EventSource(`${BASE}/passages/live`)
    source.addEventListener('open', () => {
      wait = WAIT_FIRST_MS
      on.state('open')
    })
    source.addEventListener('passage', (event) => {
      on.passage(JSON.parse((event as MessageEvent<string>).data) as PassageSummary)
    })
    source.addEventListener('error', () => {
      source?.close()
      on.state('lost')
      timer = setTimeout(connect, wait)
      wait = Math.min(wait * 2, WAIT_LONGEST_MS)
    })
  }

  on.state('connecting')
  connect()
  const retry = () => {
    wait = WAIT_FIRST_MS
    connect()
  }
  window.addEventListener('online', retry)
  return {
    retry,
    close() {
      closed = true
      clearTimeout(timer)
      window.removeEventListener('online', retry)
      source?.close()
    },
  }
}
