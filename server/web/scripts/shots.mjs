// Looks at every page in both languages and both widths: `npm run build && npm run mock &`, then
// `npm run shots -- FOLDER [page …]`. Development only.
import { mkdirSync, writeFileSync } from 'node:fs'
import puppeteer from 'puppeteer-core'

const [folder = '/tmp/shots', ...only] = process.argv.slice(2)
const BASE = process.env.BASE ?? 'http://127.0.0.1:8099'
mkdirSync(folder, { recursive: true })

// The real server's cookies and data differ: this drives the mock server only.
const row = '[data-testid=passage-row]'
const go = (path) => async (page) => page.goto(BASE + path)
const lookUp = (plate) => async (page) => {
  await page.goto(`${BASE}/register`)
  await page.waitForSelector('[data-testid=lookup-plate]')
  await page.type('[data-testid=lookup-plate]', plate)
  await page.type('[data-testid=lookup-reason]', '12345-8812')
  await page.click('[data-testid=lookup-submit]')
}
const openCase = (state) => async (page) => {
  await page.goto(`${BASE}/cases`)
  await page.waitForSelector('[data-testid=case-row]')
  await page.evaluate((word) => document.querySelector(`[data-testid=case-row] [data-state=${word}]`).closest('tr').click(), state)
}
const act = (state, action) => async (page) => {
  await openCase(state)(page)
  await page.waitForSelector(`[data-testid=case-action-${action}]`)
  await page.click(`[data-testid=case-action-${action}]`)
}
const PAGES = {
  'sign-in': { who: null, open: go('/sign-in') },
  'sign-in-code': { who: null, open: async (page) => {
    await page.goto(`${BASE}/sign-in?problem=oidc-unknown-account`)
    await page.waitForSelector('[data-testid=sign-in-name]')
    await page.type('[data-testid=sign-in-name]', 'li.fuhe')
    await page.type('[data-testid=sign-in-password]', 'password')
    await page.click('[data-testid=sign-in-submit]')
  }, wait: '[data-testid=sign-in-code]' },
  'keys-confirm': { who: 'admin', open: async (page) => {
    await page.goto(`${BASE}/keys`)
    await page.waitForSelector('[data-testid=key-add]')
    await page.click('[data-testid=key-add]')
    await page.waitForSelector('[data-testid=key-label]')
    await page.type('[data-testid=key-label]', '二号检测线软件')
    await page.type('[data-testid=key-organisation]', 'I-140105-01')
    await page.click('[data-testid=key-submit]')
  }, wait: '[data-testid=key-secret]' },
  'home': { who: 'admin', open: go('/'), wait: '[data-testid=task-keys-expiring]' },
  'home-empty': { who: 'empty', open: go('/'), wait: '[data-testid=nothing-waits]' },
  'security': { who: 'admin', open: go('/security'), wait: '[data-testid=session-row]' },
  'security-setup': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/security`)
    await page.waitForSelector('[data-testid=factor-begin]')
    await page.click('[data-testid=factor-begin]')
    await page.waitForSelector('[data-testid=factor-password]')
    await page.type('[data-testid=factor-password]', 'password')
    await page.click('[data-testid=factor-next]')
  }, wait: '[data-testid=factor-qr]' },
  'keys': { who: 'admin', open: go('/keys'), wait: '[data-testid=key-row]' },
  'accounts-edit': { who: 'admin', open: async (page) => {
    await page.goto(`${BASE}/accounts`)
    await page.waitForSelector('[data-testid=account-add]')
    await page.click('[data-testid=account-add]')
  }, wait: '[data-testid=account-name]' },
  'password': { who: 'new', open: go('/passages') },
  'passages': { who: 'li.fuhe', open: go('/passages'), wait: row },
  'passages-empty': { who: 'empty', open: go('/passages') },
  'passage': { who: 'li.fuhe', open: async (page) => {
    await page.goto(`${BASE}/passages`)
    await page.waitForSelector(row)
    await page.evaluate(() => document.querySelector('.row-link.exceeding')?.click())
  }, wait: '[data-testid=passage-detail]' },
  'passage-invalid': { who: 'li.fuhe', open: async (page) => {
    await page.goto(`${BASE}/passages`)
    await page.waitForSelector(row)
    const id = await page.evaluate(async () => {
      const all = await (await fetch('/api/v1/passages?limit=80')).json()
      for (const p of all.passages) {
        const d = await (await fetch(`/api/v1/passages/${p.id}`)).json()
        if (d.report.invalid?.length) return p.id
      }
    })
    await page.goto(`${BASE}/passages/${id}`)
  }, wait: '[data-testid=passage-detail]' },
  'tests': { who: 'zhao.zhifa', open: go('/tests'), wait: '[data-testid=test-row]' },
  'tests-empty': { who: 'empty', open: go('/tests') },
  'test': { who: 'zhao.zhifa', open: async (page) => {
    await page.goto(`${BASE}/tests`)
    await page.waitForSelector('[data-testid=test-row]')
    await page.click('[data-testid=test-row]')
  }, wait: '[data-testid=test-detail]' },
  'test-result': { who: 'zhao.zhifa', open: async (page) => {
    await page.goto(`${BASE}/tests`)
    await page.waitForSelector('[data-testid=test-row]')
    await page.click('[data-testid=test-row]')
    await page.waitForSelector('[data-testid=sample-enter]')
    await page.click('[data-testid=sample-enter]')
  }, wait: '[data-testid=sample-submit]' },
  'station': { who: 'admin', open: go('/stations/A140105001'), wait: '[data-testid=check-row]' },
  'station-empty': { who: 'admin', open: go('/stations/A140108003'), wait: '[data-testid=statistics]' },
  'review': { who: 'li.fuhe', open: go('/review'), wait: '[data-testid=review-confirm]' },
  'review-confirm': { who: 'li.fuhe', open: async (page) => {
    await page.goto(`${BASE}/review`)
    await page.waitForSelector('[data-testid=review-confirm]')
    await page.keyboard.press('?')
    await page.keyboard.press('r')
  }, wait: '[data-testid=review-submit]' },
  'cases': { who: 'wang.zhuguan', open: go('/cases'), wait: '[data-testid=case-row]' },
  'case': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/cases`)
    await page.waitForSelector('[data-testid=case-row]')
    await page.click('[data-testid=case-row]:last-child')
  }, wait: '[data-testid=case-history]' },
  'register': { who: 'wang.zhuguan', open: lookUp('晋A12D45'), wait: '[data-testid=lookup-found]' },
  'register-unregistered': { who: 'wang.zhuguan', open: lookUp('鲁H52Z18'), wait: '[data-testid=lookup-unregistered]' },
  'register-carriers': { who: 'wang.zhuguan', open: go('/register/carriers'), wait: '[data-testid=register-row]' },
  'register-shops': { who: 'wang.zhuguan', open: go('/register/repair-shops'), wait: '[data-testid=register-row]' },
  'register-empty': { who: 'empty', open: go('/register/carriers') },
  'vehicle-ask': { who: 'wang.zhuguan', open: go('/vehicles/V0123456789abcdef0123'), wait: '[data-testid=vehicle-reason]' },
  'vehicle': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/vehicles/V0123456789abcdef0123`)
    await page.waitForSelector('[data-testid=vehicle-reason]')
    await page.type('[data-testid=vehicle-reason]', '举报 12345')
    await page.click('[data-testid=vehicle-go]')
  }, wait: '[data-testid=vehicle-event]' },
  'carrier': { who: 'wang.zhuguan', open: go('/carriers/91140100MA0JXT7L4H'), wait: '[data-testid=fleet-row]' },
  'import': { who: 'wang.zhuguan', open: go('/register/import'), wait: '[data-testid=import-recent]' },
  'import-refused': { who: 'wang.zhuguan', open: go('/register/import/M0000000000000000bad0'), wait: '[data-testid=import-row]' },
  'import-ready': { who: 'wang.zhuguan', open: go('/register/import/M0000000000000000900d'), wait: '[data-testid=import-apply]' },
  'import-progress': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/register/import`)
    const field = await page.waitForSelector('[data-testid=import-file]')
    writeFileSync(`${folder}/mock-vehicles.csv`, 'plate,plate_colour\n')
    await field.uploadFile(`${folder}/mock-vehicles.csv`)
  }, wait: '[data-testid=import-progress]' },
  'review-second': { who: 'li.fuhe', open: async (page) => {
    await page.goto(`${BASE}/review`)
    await page.waitForSelector('[data-testid=review-queue] a')
    await page.evaluate(() => document.querySelectorAll('[data-testid=review-queue] a')[1].click())
  }, wait: '[data-testid=review-two]' },
  'cases-empty': { who: 'empty', open: go('/cases') },
  'case-closed': { who: 'wang.zhuguan', open: openCase('closed'), wait: '[data-testid=case-explanation]' },
  'case-late': { who: 'wang.zhuguan', open: openCase('repair-ordered'), wait: '[data-testid=case-explanation]' },
  'case-reader': { who: 'li.fuhe', open: openCase('repaired'), wait: '[data-testid=case-explanation]' },
  'case-confirm-notice': { who: 'wang.zhuguan', open: act('opened', 'serve-notice'), wait: '[data-testid=case-paper]' },
  'case-confirm-order': { who: 'wang.zhuguan', open: act('noticed', 'order-repair'), wait: '[data-testid=case-station]' },
  'case-confirm-exception': { who: 'wang.zhuguan', open: act('opened', 'close-by-exception'), wait: '[data-testid=case-approved-by]' },
  'listings': { who: 'wang.zhuguan', open: go('/listings'), wait: '[data-testid=listing-row]' },
  'listings-empty': { who: 'empty', open: go('/listings') },
  'listing': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/listings`)
    await page.waitForSelector('[data-testid=listing-row]')
    await page.click('[data-testid=listing-row]')
  }, wait: '[data-testid=listing-why]' },
  'listing-listed': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/listings`)
    await page.waitForSelector('[data-testid=listings-listed]')
    await page.click('[data-testid=listings-listed]')
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=listing-row]').length > 2)
    await page.evaluate(() => document.querySelectorAll('[data-testid=listing-row]')[1].click())
  }, wait: '[data-testid=listing-why]' },
  'listing-decide': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/listings`)
    await page.waitForSelector('[data-testid=listing-row]')
    await page.click('[data-testid=listing-row]')
    await page.waitForSelector('[data-testid=listing-action-list]')
    await page.click('[data-testid=listing-action-list]')
  }, wait: '[data-testid=listing-submit]' },
  'public-listings': { who: null, open: go('/public/listings'), wait: '[data-testid=public-row]' },
  'orders': { who: 'wang.zhuguan', open: go('/orders'), wait: '[data-testid=order-row]' },
  'orders-shop': { who: 'wx.jinan', open: go('/orders'), wait: '[data-testid=order-row]' },
  'orders-empty': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/orders`)
    await page.waitForSelector('[data-testid=order-row]')
    await page.evaluate(() => document.querySelectorAll('.tabs button')[5].click())
    await page.waitForFunction(() => !document.querySelector('[data-testid=order-row]'))
  } },
  'order': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/orders`)
    await page.waitForSelector('[data-testid=order-row]')
    await page.click('[data-testid=order-row]')
  }, wait: '[data-testid=order-detail]' },
  'order-record': { who: 'wx.jinan', open: async (page) => {
    await page.goto(`${BASE}/orders?state=taken`)
    await page.waitForSelector('[data-testid=order-row]')
    await page.evaluate(() => [...document.querySelectorAll('[data-testid=order-row]')].find((row) => row.querySelector('.overdue')).click())
    await page.waitForSelector('[data-testid=order-action-record]')
    await page.evaluate(() => document.querySelector('[data-testid=order-action-record]').click())
    await page.waitForSelector('[data-testid=repair-add-part]')
    await page.evaluate(() => document.querySelector('[data-testid=repair-add-part]').click())
  }, wait: '[data-testid=repair-submit]' },
  'repair-upload': { who: 'wx.jinan', open: async (page) => {
    await page.goto(`${BASE}/orders/upload`)
    await page.waitForSelector('[data-testid=sheet-file]')
    await page.evaluate(() => {
      const files = new DataTransfer()
      files.items.add(new File(['x'], '十一月维修记录.xlsx'))
      const input = document.querySelector('[data-testid=sheet-file]')
      input.files = files.files
      input.dispatchEvent(new Event('change'))
    })
  }, wait: '[data-testid=refusal]' },
  'inspections': { who: 'jc.xiaodian', open: go('/inspections'), wait: '[data-testid=inspection-row]' },
  'inspection': { who: 'jc.xiaodian', open: async (page) => {
    await page.goto(`${BASE}/inspections`)
    await page.waitForSelector('[data-testid=inspection-row]')
    await page.click('[data-testid=inspection-row]:nth-child(3)')
  }, wait: '[data-testid=inspection-detail]' },
  'findings': { who: 'wang.zhuguan', open: go('/findings'), wait: '[data-testid=finding-row]' },
  'finding': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/findings`)
    await page.waitForSelector('[data-testid=finding-row]')
    await page.click('[data-testid=finding-row]')
  }, wait: '[data-testid=finding-detail]' },
  'stations': { who: 'admin', open: go('/stations'), wait: '[data-testid=station]' },
  'stations-token': { who: 'admin', open: async (page) => {
    await page.goto(`${BASE}/stations`)
    await page.waitForSelector('[data-testid=station-token]')
    await page.click('[data-testid=station-token]')
  }, wait: '[data-testid=station-token-text]' },
  'watchlist': { who: 'wang.zhuguan', open: go('/watchlist') },
  'rulebooks': { who: 'wang.zhuguan', open: go('/rulebooks'), wait: '[data-testid=rule-row]' },
  'rulebooks-compare': { who: 'wang.zhuguan', open: async (page) => {
    await page.goto(`${BASE}/rulebooks`)
    const choose = async (select, text) => {
      await page.waitForSelector(`[data-testid=${select}]`)
      await page.evaluate((s) => document.querySelector(`[data-testid=${s}] .el-select__wrapper`).click(), select)
      await page.waitForFunction((t) => [...document.querySelectorAll('.el-select-dropdown__item')].some((o) => o.checkVisibility() && o.textContent.trim() === t), {}, text)
      await page.evaluate((t) => [...document.querySelectorAll('.el-select-dropdown__item')].find((o) => o.checkVisibility() && o.textContent.trim() === t).click(), text)
    }
    await choose('rulebooks-place', '140100')
    await choose('rulebooks-compare', '2017-07-27.1')
  }, wait: '[data-testid=rules-differences]' },
  'rulebooks-empty': { who: 'empty', open: go('/rulebooks'), wait: '[data-testid=rule-row]' },
  'accounts': { who: 'admin', open: go('/accounts') },
  'audit': { who: 'wang.zhuguan', open: go('/audit'), wait: '[data-testid=audit-row]' },
  'nowhere': { who: 'wang.zhuguan', open: go('/no-such-page') },
}

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] })
for (const [name, { who, open, wait }] of Object.entries(PAGES)) {
  if (only.length && !only.includes(name)) continue
  for (const language of ['zh-CN', 'en']) {
    for (const width of [1440, 390]) {
      const context = await browser.createBrowserContext()
      const page = await context.newPage()
      page.on('pageerror', (error) => console.log(`${name} ${language} ${width}: ${error.message}`))
      page.on('console', (m) => (m.type() === 'error' || m.type() === 'warn') && !m.text().includes('401') && console.log(`${name}: ${m.text()}`))
      await page.setViewport({ width, height: width === 1440 ? 900 : 844, isMobile: width < 500, hasTouch: width < 500 })
      await page.evaluateOnNewDocument((l) => localStorage.setItem('plumewatch.language', l), language)
      if (who) await context.setCookie({ name: 'pw_session', value: who, domain: '127.0.0.1', path: '/' })
      await open(page)
      if (wait) await page.waitForSelector(wait, { timeout: 8_000 })
      await page.waitForNetworkIdle({ idleTime: 300, timeout: 2_000 }).catch(() => {})
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      if (wide > width) console.log(`${name} ${language} ${width}: the page is ${wide} px wide`)
      const file = `${folder}/${name}.${language === 'en' ? 'en' : 'zh'}.${width}.png`
      await page.screenshot({ path: file, fullPage: (width < 500 && !['confirm', 'token', 'result'].some((word) => name.includes(word))) || name === 'station' })
      if (['passage', 'case', 'test', 'order', 'inspection', 'finding', 'listing-listed', 'vehicle', 'public-listings', 'import-refused'].includes(name) && width === 1440) {
        await page.emulateMediaType('print')
        await page.setViewport({ width: 730, height: 1050 })
        await page.screenshot({ path: file.replace('1440', 'print'), fullPage: true })
      }
      await context.close()
    }
  }
}
await browser.close()
