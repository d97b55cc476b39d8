// A repair shop's clerk and a workbook: node clerk.mjs CAST SHOTS
// Fifty records with three wrong rows are refused whole; each wrong row says where, why and what to do; mended, all go in.
import { readFileSync } from 'node:fs'
import { LOOKS, at, shotName, signIn, visit } from './lib.mjs'

const [castPath, shots] = process.argv.slice(2)
const cast = JSON.parse(readFileSync(castPath, 'utf8'))
const { base } = cast

await visit({ shots, patience: 60_000, expected: /status of 4(01|22)/ }, async (walk) => {
  const { open, shoot, click, within, problems } = walk
  const enter = async (width, language) => {
    const page = await open(width, language)
    await signIn(walk, page, base, 'shop-1', cast.password)
    await page.waitForSelector(at('nav-today'), within)
    await page.goto(`${base}/orders`)
    await click(page, 'to-repair-upload')
    await page.waitForSelector(at('template'), within)
    return page
  }
  const drop = async (page, file) => (await page.waitForSelector(`input${at('sheet-file')}`, within)).uploadFile(file)
  const taken = (page) => page.evaluate(async () => (await (await fetch('/api/v1/orders?state=taken&limit=200')).json()).orders.length)

  let clerk
  for (const [width, language] of LOOKS) {
    const page = await enter(width, language)
    clerk ??= page
    await shoot(page, shotName('upload', language, width), true)
    await drop(page, cast.wrong)
    await page.waitForFunction((row) => document.querySelectorAll(row).length >= 3, within, at('refusal'))
    const told = await page.$$eval(at('refusal'), (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())))
    const rows = told.map(([row]) => Number(row))
    if (rows.join() !== cast.rows.join()) problems.push(`rows ${rows} are refused, not ${cast.rows}`)
    for (const [row, column, wrong, remedy] of told) {
      if (!column || !wrong || !remedy || remedy === '—') problems.push(`row ${row} does not say where, why or what to do: ${[column, wrong, remedy]}`)
      const spoken = /[一-鿿]/.test(remedy)
      if (spoken !== (language !== 'en')) problems.push(`row ${row} says what to do in the other language: ${remedy}`)
    }
    const left = await taken(page)
    if (left !== cast.records) problems.push(`${cast.records - left} records went in with the refused file`)
    await shoot(page, shotName('upload-refused', language, width), true)
  }
  console.log('three rows refused, each with place, reason and remedy; nothing went in')

  await drop(clerk, cast.right)
  await clerk.waitForSelector(at('upload-done'), within)
  await shoot(clerk, 'upload-done.zh.1440', true)
  const left = await taken(clerk)
  if (left !== 0) problems.push(`${left} orders wait for their record still`)
  // The same file again is known, and nothing is doubled.
  await drop(clerk, cast.right)
  await clerk.waitForFunction((box, all) => document.querySelector(box)?.textContent.match(/\d+/g)?.filter((n) => n === all).length >= 2, within, at('upload-done'), String(cast.records))
  console.log('mended, all records are in; again, they are known')
})
