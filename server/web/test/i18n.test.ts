import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

function texts(messages: object, prefix = ''): [string, string][] {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : texts(value as object, `${prefix}${key}.`),
  )
}
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
const chinese = new Map(texts(zh))
const english = new Map(texts(en))

/** Every literal key asked for in the source, such as t('nav.menu') or t(x ? 'a.b' : 'c.d'). */
function keysInUse(): Set<string> {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((f) => /\.(vue|ts)$/.test(f) && !/i18n.(zh|en)\.ts$/.test(f))
  const family = Object.keys(zh).join('|')
  const key = new RegExp(`'((?:${family})\\.[\\w.-]+)'`, 'g')
  return new Set(files.flatMap((f) => [...readFileSync(`src/${f}`, 'utf8').matchAll(key)].map((m) => m[1] as string)))
}

describe('the two languages', () => {
  it('have the same keys, each with a text', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
    expect([...chinese, ...english].filter(([, text]) => text.trim() === '')).toEqual([])
  })
  it('fill the same gaps', () => {
    for (const [key, text] of chinese) expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text))
  })
  it('have every key that the pages ask for', () => {
    const families = new Set([...chinese.keys()].flatMap((k) => k.split('.').map((_, n, all) => all.slice(0, n).join('.'))))
    const missing = [...keysInUse()].filter((key) => !chinese.has(key) && !families.has(key))
    expect(missing).toEqual([])
  })
  it('use nothing that the message compiler reads as syntax', () => {
    for (const [key, text] of [...chinese, ...english]) expect(text, key).not.toMatch(/[@|]/)
  })
})
