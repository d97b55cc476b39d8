// A reviewer's day: node review.mjs URL ACCOUNT FIRST-PASSWORD NEW-PASSWORD SHOTS-FOLDER
import { LOOKS, at, shotName, signIn, visit } from './lib.mjs'

const [base, account, first, next, shots] = process.argv.slice(2)

await visit({ shots }, async (walk) => {
  const { open, fill, click, shoot, within, problems } = walk
  const page = await open(1440, 'zh-CN')
  await signIn(walk, page, base, account, first)
  await fill(page, 'password-old', first)
  await fill(page, 'password-new', next)
  await fill(page, 'password-again', next)
  await click(page, 'password-submit')
  console.log('signed in, password changed')

  // The first page says what waits; the stream of passages is one step away.
  await page.waitForSelector(at('task-candidates-waiting'), within)
  await shoot(page, 'today.zh.1440')
  await click(page, 'nav-passages')
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
  await click(page, 'review-opened-case')
  await page.waitForSelector(at('case-history'), within)
  await shoot(page, 'case.zh.1440')
  console.log('confirmed a candidate by keyboard; its case is open')

  for (const [width, language] of LOOKS.slice(1)) {
    const other = await open(width, language)
    await signIn(walk, other, base, account, next)
    await other.waitForSelector(at('nav-passages'), within)
    await shoot(other, shotName('today', language, width))
    await click(other, 'nav-passages')
    await other.waitForSelector(at('passage-row'), within)
    await shoot(other, shotName('passages', language, width))
    const spoken = await other.evaluate(() => document.documentElement.lang)
    if (!spoken.startsWith(language.slice(0, 2))) problems.push(`the page says it speaks ${spoken}, not ${language}`)
  }
  console.log('looked in both languages and on a phone')
})
