// A reviewer's day: node review.mjs URL ACCOUNT FIRST-PASSWORD NEW-PASSWORD SHOTS-FOLDER
// Every step waits for what it needs; the first that does not come ends the script with an error.
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../server/web/package.json', import.meta.url))
const puppeteer = require('puppeteer-core')
const [base, account, first, next, shots] = process.argv.slice(2)
mkdirSync(shots, { recursive: true })

const at = (name) => `[data-testid="${name}"]`
const within = { timeout: 30_000 }
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})
const problems = []

async function open(width, language) {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`))
  await page.setViewport({ width, height: width > 500 ? 900 : 844, isMobile: width < 500, hasTouch: width < 500 })
  await page.evaluateOnNewDocument((word) => localStorage.setItem('plumewatch.language', word), language)
  return page
}

async function fill(page, name, text) {
  const field = await page.waitForSelector(`input${at(name)}, ${at(name)} input`, within)
  await field.click({ clickCount: 3 })
  await field.type(text)
}

async function signIn(page, password) {
  await page.goto(base)
  await fill(page, 'sign-in-name', account)
  await fill(page, 'sign-in-password', password)
  await page.click(at('sign-in-submit'))
}

async function shoot(page, name) {
  await page.waitForNetworkIdle({ idleTime: 300, timeout: 3_000 }).catch(() => {}) // The live stream never ends.
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (wide > 0) problems.push(`${name}: the page is ${wide} px wider than the window`)
  await page.screenshot({ path: `${shots}/${name}.png` })
}

try {
  const page = await open(1440, 'zh-CN')
  await signIn(page, first)
  await fill(page, 'password-old', first)
  await fill(page, 'password-new', next)
  await fill(page, 'password-again', next)
  await page.click(at('password-submit'))
  console.log('signed in, password changed')

  // The first page says what waits; the stream of passages is one step away.
  await page.waitForSelector(at('task-candidates-waiting'), within)
  await shoot(page, 'today.zh.1440')
  await page.click(at('nav-passages'))
  await page.waitForSelector(at('passage-row'), within)
  await page.waitForFunction((row) => document.querySelectorAll(row).length >= 5, within, at('passage-row'))
  await shoot(page, 'passages.zh.1440')
  await page.evaluate((row) => document.querySelector(`${row} a, a${row}`)?.click() ?? document.querySelector(row).click(), at('passage-row'))
  await page.waitForSelector(at('passage-detail'), within)
  await page.waitForFunction(() => [...document.images].some((i) => i.src.includes('/evidence/') && i.naturalWidth > 300), within)
  await shoot(page, 'passage.zh.1440')
  console.log('saw a passage with its pictures')

  await page.goto(`${base}/review`)
  await page.waitForSelector(at('review-confirm'), within)
  await shoot(page, 'review.zh.1440')
  await page.keyboard.press('c')
  await page.waitForSelector(at('review-submit'), within)
  // The keyboard alone must do: the dialog takes the focus itself.
  await page.waitForFunction((name) => document.activeElement?.matches(name), within, at('review-reason'))
  await page.keyboard.press('Enter')
  const opened = await page.waitForSelector(at('review-opened-case'), within)
  // The dialog fades out over the link: a person waits for it to be gone, and so do we.
  await page.waitForFunction((link) => {
    const box = link.getBoundingClientRect()
    return link.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))
  }, within, opened)
  await opened.click()
  await page.waitForSelector(at('case-history'), within)
  await shoot(page, 'case.zh.1440')
  console.log('confirmed a candidate by keyboard; its case is open')

  for (const [width, language] of [[1440, 'en'], [390, 'zh-CN'], [390, 'en']]) {
    const other = await open(width, language)
    await signIn(other, next)
    await other.waitForSelector(at('nav-passages'), within)
    const word = language === 'en' ? 'en' : 'zh'
    await shoot(other, `today.${word}.${width}`)
    await other.click(at('nav-passages'))
    await other.waitForSelector(at('passage-row'), within)
    await shoot(other, `passages.${word}.${width}`)
    const spoken = await other.evaluate(() => document.documentElement.lang)
    if (!spoken.startsWith(word)) problems.push(`the page says it speaks ${spoken}, not ${language}`)
  }
  console.log('looked in both languages and on a phone')
} catch (error) {
  const [page] = (await browser.pages()).slice(-1)
  await page?.screenshot({ path: `${shots}/failed.png` }).catch(() => {})
  problems.push(error.stack)
}
await browser.close()
for (const problem of problems) console.error(problem)
process.exitCode = problems.length ? 1 : 0
