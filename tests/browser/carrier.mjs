// A carrier onto the list and off again: node carrier.mjs CAST SHOTS
// One of its ten vehicles is confirmed to exceed: a listing is proposed, and an authority lists it. The case is withdrawn:
// the exceedance counts no more, delisting is proposed, and an authority takes the carrier off.
import { readFileSync, writeFileSync } from 'node:fs'
import { at, shotName, signIn, visit } from './lib.mjs'

const [castPath, shots] = process.argv.slice(2)
const cast = JSON.parse(readFileSync(castPath, 'utf8'))
const { base, language, carrier } = cast
const zh = language !== 'en'

await visit({ shots, patience: 60_000 }, async (walk) => {
  const { open, fill, click, shoot, within, problems } = walk
  const enter = async (account) => {
    const page = await open(1440, language)
    await signIn(walk, page, base, account, cast.password)
    await page.waitForSelector(at('nav-today'), within)
    return page
  }
  const picture = (page, name) => shoot(page, shotName(`carrier-${name}`, language, 1440), true)
  const decide = async (page, action, reason, notice) => {
    await click(page, `listing-action-${action}`)
    if (notice) await fill(page, 'listing-notice', notice)
    await fill(page, 'listing-reason', reason)
    await picture(page, `${action}-dialog`)
    await click(page, 'listing-submit')
    await page.waitForSelector(at(`listing-action-${action}`), { ...within, hidden: true })
  }
  const reviewer = await enter('reviewer')
  await reviewer.goto(`${base}/review/${carrier.candidate}`)
  await click(reviewer, 'review-confirm')
  await fill(reviewer, 'review-reason', zh ? '黑烟清晰可见' : 'the smoke is plain')
  await click(reviewer, 'review-submit')
  const link = await reviewer.waitForSelector(at('review-opened-case'), within)
  const id = (await link.evaluate((one) => one.getAttribute('href'))).split('/').pop()

  const authority = await enter('authority')
  await authority.goto(`${base}/listings`)
  await authority.waitForSelector(at('listing-row'), within)
  await picture(authority, 'proposed')
  await click(authority, 'listing-row')
  await decide(authority, 'list', zh ? '一成车辆超标，企业未整改' : 'a tenth of the fleet exceeds', '晋交〔2026〕12号')
  await picture(authority, 'listed')
  const listing = authority.url().split('/').pop()
  const answer = await authority.evaluate(async (address) => {
    const got = await fetch(address)
    return { status: got.status, bytes: [...new Uint8Array(await got.arrayBuffer())] }
  }, `/api/v1/listings/${listing}/decision.pdf`)
  const bytes = Buffer.from(answer.bytes)
  if (answer.status !== 200 || !bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) problems.push(`decision.pdf: ${answer.status} ${bytes.subarray(0, 300)}`)
  writeFileSync(`${shots}/listing-decision.pdf`, bytes)
  const public_ = await open(1440, language)
  await public_.goto(`${base}/public/listings`)
  await public_.waitForSelector(at('public-row'), within)
  await picture(public_, 'public')
  console.log('proposed, listed, on paper and public')

  await authority.goto(`${base}/cases/${id}`)
  await click(authority, 'case-action-withdraw')
  await fill(authority, 'review-reason', zh ? '号牌被套用，见案卷' : 'the plate was cloned, see the file')
  await click(authority, 'review-submit')
  await authority.waitForSelector(`${at('case-state')}[data-state="withdrawn"]`, within)
  await authority.goto(`${base}/listings/${listing}`)
  await authority.waitForSelector(at('listing-action-delist'), within)
  await picture(authority, 'delisting-proposed')
  await decide(authority, 'delist', zh ? '案件撤销，比例已低于标准' : 'the case was withdrawn; the share is below the rule')
  await picture(authority, 'delisted')
  // The public extract is made once a minute at most; whoever looks again then sees it.
  const empty = () => public_.waitForSelector(at('public-empty'), { timeout: 10_000 }).catch(() => null)
  const until = Date.now() + 150_000
  do await public_.goto(`${base}/public/listings`)
  while (!(await empty()) && Date.now() < until)
  await public_.waitForSelector(at('public-empty'), within)
  console.log('withdrawn, proposed to delist, off the list, and no more public')
})
