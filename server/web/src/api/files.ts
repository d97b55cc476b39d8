/** Papers and workbooks: fetched, so that a refusal is told on the page, then saved under the name that the server gave. */
import { ApiError, BASE } from './client'
import type { ApiProblem } from './types'

const UNREACHABLE: ApiProblem = {
  code: 'unreachable',
  zh: '连接不到服务器，文件没有取到。请检查网络后再试。',
  en: 'The server cannot be reached; nothing was taken out. Check the network and try again.',
}

type Asked = Record<string, string | number | boolean | undefined>

/** The address of a file below the API, with what is asked for. */
export function fileAddress(path: string, asked: Asked = {}): string {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== '' && value !== false)
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `${BASE}${path}${text ? `?${text}` : ''}`
}

/** The name in a Content-Disposition header. */
export const nameOf = (header: string | null): string => /filename="([^"]+)"/.exec(header ?? '')?.[1] ?? 'plumewatch'

/** Takes a file out of the server, and has the browser save it. */
export async function takeOut(address: string): Promise<void> {
  const answer = await fetch(address, { credentials: 'same-origin' }).catch(() => {
    throw new ApiError(0, UNREACHABLE)
  })
  if (!answer.ok) {
    const told = (await answer.json().catch(() => null)) as ApiProblem | null
    throw new ApiError(answer.status, told?.zh ? told : UNREACHABLE)
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = nameOf(answer.headers.get('content-disposition'))
  link.click()
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
