/** The app's two languages; which one is remembered in this browser. */
import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Bilingual } from '../api/types'
import { en } from './en'
import { zh } from './zh'

export type Language = 'zh-CN' | 'en'
const KEPT = 'plumewatch.language'

function remembered(): Language {
  try {
    return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN' // Storage may be forbidden; the app works without.
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: remembered(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
  missingWarn: false,
  fallbackWarn: false,
})

export const language = computed<Language>(() => i18n.global.locale.value as Language)

export function setLanguage(to: Language): void {
  i18n.global.locale.value = to
  document.documentElement.lang = to
  try {
    localStorage.setItem(KEPT, to)
  } catch {
    // Not remembered, then.
  }
}

/** The form of a bilingual text that is read now. */
export const inLanguage = (text: Bilingual): string => (language.value === 'en' ? text.en : text.zh)

/** The other form: a verdict's reasons are shown in both. */
export const inOther = (text: Bilingual): string => (language.value === 'en' ? text.zh : text.en)

/** Words one after another, as the language parts them. */
export const inRow = (words: string[]): string => words.join(language.value === 'en' ? '; ' : '、')

/** A word of the wire in the reader's language; a word newer than this app shows as it came. */
export function word(family: string, value: string | null | undefined): string {
  if (!value) return '—'
  const key = `${family}.${value}`
  return i18n.global.te(key, 'zh-CN') ? i18n.global.t(key) : value
}
