// What the browser scripts share: one Chromium, pages that tell of their own errors, steps that wait for what they
// need, pictures of what a person sees. The first step that does not come ends the script with an error.
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../server/web/package.json', import.meta.url))
const puppeteer = require('puppeteer-core')

/** An element by its test id. */
export const at = (name) => `[data-testid="${name}"]`

/**
 * Runs `walk` in a browser of its own and sets the process's exit code.
 *
 * - `shots`: the folder for pictures.
 * - `patience`: how long a step may wait, ms.
 * - `language`: the key under which the pages keep the chosen language.
 * - `settle`: how long a picture waits for the page's requests to end, ms; less where time matters.
 * - `expected`: errors in a page's console that belong to the walk, such as a refusal's status.
 */
export async function visit({ shots, patience = 30_000, language: key = 'plumewatch.language', settle = 3_000, expected }, walk) {
  mkdirSync(shots, { recursive: true })
  const within = { timeout: patience }
  const problems = []
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  })

  /** A page of a person of its own: no cookies shared, a window of this width, this language. */
  async function open(width, language) {
    const context = await browser.createBrowserContext()
    const page = await context.newPage()
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`))
    if (expected) page.on('console', (said) => { if (said.type() === 'error' && !expected.test(said.text())) problems.push(`${page.url()}: ${said.text()}`) })
    await page.setViewport({ width, height: width > 500 ? 900 : 844, isMobile: width < 500, hasTouch: width < 500 })
    await page.evaluateOnNewDocument((name, word) => localStorage.setItem(name, localStorage.getItem(name) ?? word), key, language)
    return page
  }

  /** Waits until nothing moves: a dialog that is still opening takes the focus when it has opened. */
  const still = (page) => page.waitForFunction(() => !document.querySelector('[class*="-enter-active"], [class*="-leave-active"]'), within)

  /** Writes into a field, over what stood there, and looks that it stands there. */
  async function fill(page, name, text) {
    const field = await page.waitForSelector(`input${at(name)}, textarea${at(name)}, ${at(name)} input, ${at(name)} textarea`, within)
    await still(page)
    let stands
    for (let tries = 0; tries < 3; tries++) {
      await field.evaluate((box) => box.scrollIntoView({ block: 'center' }))
      await field.click()
      await field.evaluate((box) => box.select())
      await field.type(text)
      stands = await field.evaluate((box) => box.value)
      if (stands === text) return
    }
    throw new Error(`${name} holds "${stands}" and not "${text}"`)
  }

  /** Clicks what a person could click: shown, not covered, not switched off. */
  async function click(page, name) {
    const found = await page.waitForSelector(`${at(name)}:not([hidden])`, within)
    await page.waitForFunction((one) => {
      one.scrollIntoView({ block: 'center' })
      const box = one.getBoundingClientRect()
      return box.width > 0 && !one.disabled && one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))
    }, within, found)
    await found.click()
  }

  /** The text of an element, once it has one. */
  async function told(page, name) {
    await page.waitForFunction((box) => document.querySelector(box)?.textContent.trim(), within, at(name))
    return page.$eval(at(name), (box) => box.textContent.trim())
  }

  /** Waits until an element's text holds these words. */
  const says = (page, name, words) => page.waitForFunction((box, wanted) => document.querySelector(box)?.textContent.includes(wanted), within, at(name), words)
    .catch(async () => { throw new Error(`${name} does not say "${words}" but: ${await page.$eval(at(name), (box) => box.textContent).catch(() => 'nothing')}`) })

  /** A picture; a page wider than its window is a problem. */
  async function shoot(page, name, whole = false) {
    await page.waitForNetworkIdle({ idleTime: 200, timeout: settle }).catch(() => {}) // The live stream never ends.
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    if (wide > 0) problems.push(`${name}: the page is ${wide} px wider than the window`)
    await page.screenshot({ path: `${shots}/${name}.png`, fullPage: whole })
  }

  try {
    await walk({ open, fill, click, told, says, shoot, within, problems })
  } catch (error) {
    problems.push(error.stack)
  }
  if (problems.length) {
    for (const context of browser.browserContexts()) {
      for (const page of await context.pages()) await page.screenshot({ path: `${shots}/failed.${Date.now()}.png` }).catch(() => {})
    }
  }
  await browser.close()
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length ? 1 : 0
}

/** Signs an account in. */
export async function signIn({ fill, click }, page, base, account, password) {
  await page.goto(base)
  await fill(page, 'sign-in-name', account)
  await fill(page, 'sign-in-password', password)
  await click(page, 'sign-in-submit')
}

/** The widths and languages that every page is looked at in. */
export const LOOKS = [[1440, 'zh-CN'], [1440, 'en'], [390, 'zh-CN'], [390, 'en']]

/** A picture's name: `cases.zh.1440`. */
export const shotName = (name, language, width) => `${name}.${language === 'en' ? 'en' : 'zh'}.${width}`
