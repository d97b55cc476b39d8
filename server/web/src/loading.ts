/** Something asked of the server: what came, whether we wait, what went wrong. */
import { ElMessage } from 'element-plus'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { ApiError } from './api/client'
import type { ApiProblem } from './api/types'
import { inLanguage } from './i18n'

export interface Loading<T> {
  value: ShallowRef<T | null>
  busy: Ref<boolean>
  problem: ShallowRef<ApiProblem | null>
  /** Asks (again). What was there stays until the answer comes; an older answer never replaces a newer one. */
  load(): Promise<void>
}

const UNEXPECTED: ApiProblem = {
  code: 'unexpected',
  zh: '页面出了意外的错误。请刷新；仍不行请告知管理员。',
  en: 'The page met an unexpected error. Reload; if it stays so, tell the administrator.',
}

export const problemOf = (error: unknown): ApiProblem => {
  if (error instanceof ApiError) return error.problem
  console.error(error)
  return UNEXPECTED
}

export function loading<T>(ask: () => Promise<T>): Loading<T> {
  const value = shallowRef<T | null>(null)
  const busy = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  let turn = 0
  async function load(): Promise<void> {
    const mine = ++turn
    busy.value = true
    try {
      const answer = await ask()
      if (mine !== turn) return
      value.value = answer
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = problemOf(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  return { value, busy, problem, load }
}

/** Tells what went wrong with something the reader did. */
export function tell(error: unknown): void {
  ElMessage({ type: 'error', message: inLanguage(problemOf(error)), duration: 8000, showClose: true })
}

export function tellDone(message: string): void {
  ElMessage({ type: 'success', message, duration: 4000, showClose: true })
}
