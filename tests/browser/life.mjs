// The life of one truck: node life.mjs CAST SHOTS
// A candidate is confirmed, the owner told and ordered to repair; a shop without a certificate is refused, another repairs;
// another station is refused, the right one retests; the case closes, and every paper on the way prints.
import { readFileSync, writeFileSync } from 'node:fs'
import { at, shotName, signIn, visit } from './lib.mjs'
import { inspectionFile } from './inspection.mjs'

const [castPath, shots] = process.argv.slice(2)
const cast = JSON.parse(readFileSync(castPath, 'utf8'))
const { base, language, truck } = cast
const zh = language !== 'en'
const folder = castPath.replace(/[^/]*$/, '')
// Refusals are part of the walk, and their statuses show in the console.
const expected = /status of 4(01|04|09|22)/
const BEIJING = 8 * 3_600_000
/** Where the law counts time, to the minute, as a form has it. */
const minute = (ms) => new Date(ms + BEIJING).toISOString().slice(0, 16)

await visit({ shots, expected, patience: 60_000 }, async (walk) => {
  const { open, fill, click, says, shoot, within, problems } = walk
  const enter = async (account) => {
    const page = await open(1440, language)
    await signIn(walk, page, base, account, cast.password)
    await page.waitForSelector(at('nav-today'), within)
    return page
  }
  const picture = (page, name) => shoot(page, shotName(`life-${name}`, language, 1440), true)
  /** Fetches a paper as its link does, keeps it beside the pictures, and says what is not one. */
  const paper = async (page, path, name) => {
    const answer = await page.evaluate(async (address) => {
      const got = await fetch(address)
      return { status: got.status, type: got.headers.get('content-type'), bytes: [...new Uint8Array(await got.arrayBuffer())] }
    }, `/api/v1${path}`)
    const bytes = Buffer.from(answer.bytes)
    if (answer.status !== 200 || answer.type !== 'application/pdf' || !bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) problems.push(`${path}: ${answer.status} ${bytes.subarray(0, 300)}`)
    writeFileSync(`${shots}/${name}.pdf`, bytes)
  }
  /** Lets something happen to the case by its dialog. */
  const happen = async (page, event, fields, reason, state) => {
    await click(page, `case-action-${event}`)
    for (const [name, text] of Object.entries(fields)) await fill(page, name, text)
    await fill(page, 'review-reason', reason)
    await click(page, 'review-submit')
    await page.waitForSelector(`${at('case-state')}[data-state="${state}"]`, within)
  }

  // A reviewer confirms.
  const reviewer = await enter('reviewer')
  await reviewer.goto(`${base}/review/${truck.candidate}`)
  await click(reviewer, 'review-confirm')
  await fill(reviewer, 'review-reason', zh ? '照片与读数一致' : 'Pictures and readings agree')
  await click(reviewer, 'review-submit')
  const link = await reviewer.waitForSelector(at('review-opened-case'), within)
  const id = (await link.evaluate((one) => one.getAttribute('href'))).split('/').pop()
  console.log('confirmed; the case is open')

  // The authority tells the owner, and orders repair.
  const authority = await enter('authority')
  await authority.goto(`${base}/cases/${id}`)
  await authority.waitForSelector(at('case-explanation'), within)
  await picture(authority, 'case-opened')
  await happen(authority, 'serve-notice', { 'case-paper': '并环改〔2026〕118号' }, zh ? '邮寄送达，回执在卷' : 'by letter, receipt on file', 'noticed')
  await paper(authority, `/cases/${id}/notice.pdf`, 'notice')
  const ordered = Date.now()
  await happen(authority, 'order-repair', { 'case-station': cast.station }, zh ? '责令维修并复检' : 'repair and retest', 'repair-ordered')
  await picture(authority, 'case-ordered')
  await authority.goto(`${base}/orders`)
  const row = await authority.waitForSelector(`${at('order-row')} a`, within)
  const order = await row.evaluate((one) => one.title)
  await paper(authority, `/orders/${order}/order.pdf`, 'repair-order')
  console.log('notice served, repair ordered, both on paper')

  // A shop whose certificate has ended cannot take it.
  const unqualified = await enter('shop-2')
  await unqualified.goto(`${base}/orders`)
  await fill(unqualified, 'order-number', order)
  await click(unqualified, 'order-take')
  await says(unqualified, 'take-refused', zh ? '资质' : 'qualif')
  await picture(unqualified, 'shop-refused')
  console.log('refused at an unqualified shop')

  // A qualified one takes it, and records the repair once the minute of the order is over.
  const shop = await enter('shop-1')
  await shop.goto(`${base}/orders`)
  await fill(shop, 'order-number', order)
  await click(shop, 'order-take')
  await click(shop, 'order-action-record')
  await shop.waitForSelector(at('repair-form'), within)
  await picture(shop, 'order-taken')
  const turned = Math.floor(Date.now() / 60_000) * 60_000 + 60_000
  await new Promise((done) => setTimeout(done, Math.max(turned - Date.now(), 0) + 500))
  const finished = Math.floor(Date.now() / 60_000) * 60_000
  if (finished < ordered) throw new Error('the minute has not turned')
  await fill(shop, 'repair-diagnosis', '喷油器雾化不良，颗粒捕集器堵塞')
  await fill(shop, 'repair-work', '更换喷油器\n再生颗粒捕集器')
  for (const name of ['repair-started', 'repair-finished']) {
    await shop.$eval(`input${at(name)}`, (field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })) }, minute(finished))
  }
  await fill(shop, 'repair-certificate', '晋A-2026-000118')
  await fill(shop, 'repair-settlement', 'JS-2026-118')
  await fill(shop, 'repair-technician', '李师傅')
  await picture(shop, 'repair-form')
  await click(shop, 'repair-submit')
  await shop.waitForSelector(at('repair-form'), { ...within, hidden: true })
  await picture(shop, 'order-repaired')
  console.log('repaired by a qualified shop')

  // The retest counts only where the authority said. Its accelerations take a quarter of a minute.
  await new Promise((done) => setTimeout(done, Math.max(finished + 20_000 - Date.now(), 0)))
  const file = inspectionFile(folder, { report: `JC${Date.now()}`, plate: truck.plate, colour: truck.colour, vin: 'LZZ5ELND0A1234567', peak: 62, after: finished })
  const retest = async (page) => {
    await page.goto(`${base}/inspections?order=${order}`)
    const chooser = await page.waitForSelector(`input${at('inspection-file')}`, within)
    await chooser.uploadFile(file)
    await page.waitForFunction((one) => !document.querySelector(one)?.disabled, within, at('inspection-send'))
    await click(page, 'inspection-send')
  }
  const elsewhere = await enter('station-2')
  await retest(elsewhere)
  await elsewhere.waitForSelector(at('refusal'), within)
  await says(elsewhere, 'refusals', zh ? '检验' : 'station')
  await picture(elsewhere, 'station-refused')
  console.log('refused at another station')
  const station = await enter('station-1')
  await retest(station)
  const came = await station.waitForSelector(`${at('inspection-told')}.issued`, within)
  await picture(station, 'retest-passed')
  if (!(await came.evaluate((box) => box.textContent.trim()))) problems.push('the page does not say that the retest was passed')
  const list = await station.waitForSelector(`${at('inspection-row')} a`, within)
  await paper(station, `/inspections/${(await list.evaluate((one) => one.getAttribute('href'))).split('/').pop()}/report.pdf`, 'inspection-report')

  // The case is closed, and says why.
  await authority.goto(`${base}/cases/${id}`)
  await authority.waitForSelector(`${at('case-state')}[data-state="closed"]`, within)
  await says(authority, 'case-explanation', zh ? '复检合格' : 'retest')
  await picture(authority, 'case-closed')
  await paper(authority, `/cases/${id}/closing.pdf`, 'closing-letter')
  console.log('retested, closed, and on paper')
})
