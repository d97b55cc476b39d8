/** On paper nothing can be opened: what is folded together is printed whole, and folded again. */
export function unfoldOnPaper(): void {
  let folded: HTMLDetailsElement[] = []
  window.addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll<HTMLDetailsElement>('main details:not([open])')].filter((one) => !one.closest('.no-print'))
    for (const one of folded) one.open = true
  })
  window.addEventListener('afterprint', () => {
    for (const one of folded.splice(0)) one.open = false
  })
}
