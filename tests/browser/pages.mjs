// Every page as each role sees it, in both languages, wide and on a phone: node pages.mjs CAST SHOTS
// A page that is wider than its window, breaks, or says nothing is a problem.
import { readFileSync } from 'node:fs'
import { LOOKS, at, shotName, signIn, visit } from './lib.mjs'

const [castPath, shots] = process.argv.slice(2)
const cast = JSON.parse(readFileSync(castPath, 'utf8'))
const { base } = cast

/** What each account looks at. A name in the third place is a row whose page is opened from the list. */
const PAGES = {
  admin: [['today', '/'], ['accounts', '/accounts'], ['keys', '/keys'], ['stations', '/stations'], ['security', '/security']],
  reviewer: [['today', '/'], ['review', '/review'], ['passages', '/passages']],
  enforcer: [['today', '/'], ['watchlist', '/watchlist'], ['tests', '/tests']],
  authority: [
    ['today', '/'], ['cases', '/cases'], ['case', '/cases', 'case-row'], ['listings', '/listings'], ['listings-ended', '/listings?which=ended'],
    ['orders', '/orders'], ['order', '/orders', 'order-row'], ['inspections', '/inspections'], ['inspection', '/inspections', 'inspection-row'],
    ['findings', '/findings'], ['register', '/register'], ['register-carriers', '/register/carriers'], ['register-stations', '/register/inspection-stations'], ['register-shops', '/register/repair-shops'], ['import', '/register/import'], ['carrier', `/carriers/${cast.carrier.code}`], ['rulebooks', '/rulebooks'], ['audit', '/audit'],
  ],
  'station-1': [['today', '/'], ['orders', '/orders'], ['inspections', '/inspections']],
  'shop-1': [['today', '/'], ['orders', '/orders'], ['upload', '/orders/upload']],
  auditor: [['today', '/'], ['audit', '/audit']],
}

await visit({ shots, patience: 60_000, expected: /status of 4(01|04)/ }, async (walk) => {
  const { open, shoot, click, within, problems } = walk
  for (const [width, language] of LOOKS) {
    const stranger = await open(width, language)
    await stranger.goto(`${base}/sign-in`)
    await shoot(stranger, shotName('sign-in', language, width), true)
    await stranger.goto(`${base}/public/listings`)
    await shoot(stranger, shotName('public-listings', language, width), true)
    await stranger.close()
    for (const [account, pages] of Object.entries(PAGES)) {
      const page = await open(width, language)
      await signIn(walk, page, base, account, cast.password)
      await page.waitForFunction(() => !location.pathname.startsWith('/sign-in'), within)
      for (const [name, path, row] of pages) {
        await page.goto(`${base}${path}`)
        if (row) await click(page, row)
        await page.waitForSelector('main h1, h1', within)
        await shoot(page, shotName(`${account}-${name}`, language, width), true)
        const text = await page.evaluate(() => document.body.innerText)
        // A key that no language has is shown as itself.
        const raw = text.match(/\b[a-z]+(\.[a-zA-Z_-]+){1,3}\b/g)?.filter((word) => /^(case|cases|order|orders|review|listings|inspections|findings|register|import|upload|audit|people|home|today|nav|common)\./.test(word))
        if (raw?.length) problems.push(`${account} ${path} (${language}): words without a text: ${raw.slice(0, 5)}`)
        const spoken = await page.evaluate(() => document.documentElement.lang)
        if (!spoken.startsWith(language.slice(0, 2))) problems.push(`${path} says it speaks ${spoken}, not ${language}`)
      }
      await page.browserContext().close()
    }
  }
  console.log('looked at every page')
})
