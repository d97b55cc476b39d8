// A roadside test: node roadside.mjs PAGE PLATE SHOTS-FOLDER WARM-FILE
// The meter warms up until this script has written WARM-FILE; after the zero its engine accelerates by itself.
import { writeFileSync } from 'node:fs'
import { at, visit } from './lib.mjs'

const [base, plate, shots, warm] = process.argv.slice(2)
// A refusal is part of the walk, and its status shows in the console.
const expected = /status of 4(09|22)/

await visit({ shots, patience: 180_000, language: 'roadside.language', settle: 1_000, expected }, async ({ open, click, told: refusal, shoot, within, problems }) => {
  const step = (page, kind, engine = '', number = '') => page.waitForFunction((selector, ...wanted) => {
    const { kind, engine, number } = document.querySelector(selector)?.dataset ?? {}
    return kind === wanted[0] && (!wanted[1] || engine === wanted[1]) && (!wanted[2] || number === wanted[2])
  }, within, at('test-step'), kind, engine, number)

  // From the alert of the passage to its test; the meter warms up.
  const page = await open(1280, 'zh')
  await page.goto(base)
  await page.waitForSelector(at('roadside-passage'), within)
  await shoot(page, 'roadside.zh.1280')
  await click(page, 'roadside-test-this')
  await page.waitForFunction((one) => document.querySelector(one)?.getAttribute('aria-pressed') === 'true', within, at('test-passage'))
  await page.waitForFunction((meter) => document.querySelector(meter).textContent.includes('预热'), within, at('test-meter'))
  await shoot(page, 'test-new.zh.1280', true)

  // A plate that is none is refused and says why; then the test begins.
  await page.type(at('test-plate'), '晋A123')
  await click(page, 'test-begin')
  const told = await refusal(page, 'new-error')
  if (!told.includes('7或8')) problems.push(`a short plate is told as: ${told}`)
  await page.$eval(at('test-plate'), (field) => { field.value = '' })
  await page.type(at('test-plate'), plate)
  await page.select(at('test-colour'), 'yellow')
  await click(page, 'test-begin')
  await step(page, 'meter-warming-up')
  await shoot(page, 'test-warming-up.zh.1280')
  writeFileSync(warm, '')
  console.log('the meter warms up, and the page says so')

  // A second tablet, a phone in English, sees the same test.
  const phone = await open(390, 'en')
  await phone.goto(`${base}/test`)
  await step(phone, 'set-zero')
  await shoot(phone, 'test-zero.en.390')
  await click(phone, 'act-set-zero')
  await step(page, 'insert-probe')
  await shoot(page, 'test-probe.zh.1280')
  await click(page, 'act-insert-probe')
  await step(phone, 'purge', 'idle', '1')
  await shoot(phone, 'test-pedal.en.390')
  console.log('zero set on one tablet, seen on the other')

  await step(page, 'accelerate', 'idle', '1')
  await step(page, 'accelerate', 'accelerating', '1')
  await shoot(page, 'test-accelerating.zh.1280', true)
  await step(page, 'accelerate', 'idle', '4') // One of the first three was out of line.
  const three = await page.$$eval(`${at('test-run')} b`, (all) => all.map((b) => b.textContent))
  if (three.join() !== '1.80,1.31,1.33') problems.push(`the first three accelerations are ${three}`)
  await shoot(page, 'test-fourth.zh.1280', true)
  await shoot(phone, 'test-fourth.en.390', true)
  console.log('three accelerations, one out of line: a fourth is asked for')

  await step(page, 'done')
  const result = await page.$eval(at('test-result'), (box) => `${box.dataset.outcome} ${box.textContent}`)
  if (!result.startsWith('failed') || !result.includes('1.31') || !result.includes('GB 3847-2018')) problems.push(`the result is told as: ${result}`)
  await shoot(phone, 'test-result.en.390', true)
  await click(page, 'test-sign')
  const nobody = await refusal(page, 'sign-error')
  if (!nobody.includes('姓名')) problems.push(`a test that nobody signs is told as: ${nobody}`)
  await page.type(at('officer-1'), '李卫')
  await page.type(at('officer-2'), '王芳')
  await click(page, 'add-sample')
  await page.type(at('seal'), 'UR-0042')
  await shoot(page, 'test-sign.zh.1280', true)
  await click(page, 'test-sign')
  await page.waitForSelector(at('test-stored'), within)
  await shoot(page, 'test-paper.zh.1280', true)
  const pdf = await page.pdf({ format: 'A4', path: `${shots}/test-paper.pdf` })
  if (pdf.length < 10_000) problems.push(`the printed paper has ${pdf.length} bytes`)
  console.log(`signed and printed, ${pdf.length} bytes of PDF`)

  // The other tablet is back at the form, and has the signed test in its list.
  await click(phone, 'test-show')
  await phone.waitForSelector(at('test-stored'), within)
  const verdict = await phone.$eval(at('paper-verdict'), (box) => box.textContent)
  if (!verdict.includes('不合格') || !verdict.includes('Failed')) problems.push(`the paper says: ${verdict}`)
  await shoot(phone, 'test-paper.en.390', true)
  await click(phone, 'test-another')
  await phone.waitForSelector(at('test-begin'), within)
  await shoot(phone, 'test-new.en.390', true)

  // By eye, on the phone: one officer is too few.
  await phone.$eval(at('method-by-eye'), (choice) => choice.click())
  await phone.type(at('test-plate'), plate)
  await click(phone, 'test-begin')
  await step(phone, 'by-eye')
  await phone.type(at('officer-1'), '李卫')
  await phone.select(at('level-1'), '2')
  await click(phone, 'test-sign')
  const one = await refusal(phone, 'sign-error')
  if (!one.includes('two officers')) problems.push(`one observer is told as: ${one}`)
  await shoot(phone, 'test-by-eye.en.390', true)
  await click(phone, 'test-abandon')
  await click(phone, 'test-abandon')
  await phone.waitForSelector(at('test-begin'), within)
})
