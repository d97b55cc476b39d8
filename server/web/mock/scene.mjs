// Pictures of the mock server: a truck drawn for one passage, as SVG. Development only.
const PLATE = { yellow: ['#f6c21c', '#111'], blue: ['#14489c', '#fff'], green: ['#8fd3a5', '#111'], 'yellow-green': ['#b9c94a', '#111'], white: ['#fff', '#111'], black: ['#16181a', '#fff'] }

function plate(text, colour, x, y, w) {
  const [ground, ink] = PLATE[colour] ?? ['#eee', '#222']
  const h = w * 0.32
  return `<g transform="translate(${x} ${y})"><rect width="${w}" height="${h}" rx="${w / 30}" fill="${ground}" stroke="${ink}" stroke-width="${w / 60}"/><text x="${w / 2}" y="${h * 0.7}" text-anchor="middle" font-family="Noto Sans CJK SC" font-weight="700" font-size="${h * 0.5}" letter-spacing="${w / 90}" fill="${ink}">${text.slice(0, 2)}·${text.slice(2)}</text></g>`
}

const frame = (body, overlay) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="#9fb4bf"/><stop offset="1" stop-color="#d8dfe0"/></linearGradient></defs><rect width="1280" height="420" fill="url(#s)"/><path d="M0 400q200-70 420-40t460-30 400 50v60H0z" fill="#8a9a8b"/><path d="M0 420h1280v300H0z" fill="#6c7172"/><path d="M600 420 480 720h40l90-300zM690 420l150 300h44L700 420z" fill="#e9e7da"/>${body}<rect y="672" width="1280" height="48" fill="#000a"/><text x="20" y="705" font-family="Noto Sans CJK SC" font-size="25" fill="#fff">${overlay}</text></svg>`

const smoke = (level) => Array.from({ length: level * 7 }, (_, n) => `<circle cx="${500 - n * 13 + (n % 3) * 40}" cy="${540 - n * 9 - (n % 4) * 26}" r="${26 + n * 4}" fill="#23282a" opacity="${0.3 - n * 0.006}"/>`).join('')

export function picture(kind, p) {
  const text = p.plate ?? '晋A?????'
  const colour = p.plate_colour ?? 'yellow'
  const overlay = `${new Date(p.passed_utc_us / 1000 + 288e5).toISOString().slice(0, 19).replace('T', ' ')}  ${p.station_name}  车道${p.lane}  ${p.plate ?? '未识别'}  不透光度 ${p.opacity_mean_hundredths === null ? '—' : (p.opacity_mean_hundredths / 100).toFixed(2) + ' %'}`
  if (kind.startsWith('plate')) return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 440 140" width="440" height="140"><rect width="440" height="140" fill="#555c5e"/>${plate(text, colour, 20, 5, 400)}</svg>`
  const paint = ['#c8cfd2', '#8c2f2a', '#2f6a7a', '#3d5a3c', '#d9dcd6'][text.charCodeAt(3) % 5]
  const front = `<g><rect x="380" y="130" width="520" height="330" rx="18" fill="${paint}"/><rect x="410" y="210" width="460" height="150" rx="14" fill="#26343a"/><path d="M410 360 540 210h120L500 360z" fill="#fff2"/><rect x="372" y="450" width="536" height="120" rx="12" fill="#3b4245"/><rect x="400" y="478" width="90" height="44" rx="8" fill="#f6f3df"/><rect x="790" y="478" width="90" height="44" rx="8" fill="#f6f3df"/><rect x="400" y="570" width="110" height="74" rx="12" fill="#15191a"/><rect x="770" y="570" width="110" height="74" rx="12" fill="#15191a"/>${plate(text, colour, 565, 520, 150)}</g>`
  const rear = `<g><rect x="370" y="100" width="540" height="430" rx="6" fill="${paint}"/><path d="M640 100v430M400 130h210v370H400zM670 130h210v370H670z" stroke="#0003" stroke-width="6" fill="none"/><text x="640" y="330" text-anchor="middle" font-family="Noto Sans CJK SC" font-size="66" font-weight="700" fill="#fff8">${text.slice(2)}</text><rect x="370" y="530" width="540" height="46" fill="#33393b"/><rect x="384" y="540" width="70" height="26" fill="#b3231b"/><rect x="826" y="540" width="70" height="26" fill="#b3231b"/><rect x="400" y="576" width="120" height="68" rx="12" fill="#15191a"/><rect x="760" y="576" width="120" height="68" rx="12" fill="#15191a"/>${plate(text, colour, 565, 580, 150)}${smoke(p.ringelmann ?? 0)}</g>`
  if (kind === 'plume') return frame(`<g transform="translate(-500 -620) scale(2)">${rear}</g>`, overlay)
  return frame(kind === 'vehicle-front' ? front : rear, overlay)
}
