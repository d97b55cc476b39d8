/** Where the keyboard is when a dialog comes and goes: at its first field, and back at what opened it. */
import { watch, type WatchSource } from 'vue'

const FIELDS = 'input:not([type=hidden]), select, textarea'

/** The dialog in sight puts the keyboard at the field marked `data-first`, or at its first; one without fields keeps it at itself. */
export function focusFirst(): void {
  const dialog = [...document.querySelectorAll<HTMLElement>('.el-dialog')].filter((one) => one.checkVisibility()).at(-1)
  const at = document.activeElement
  if (!dialog || (at?.matches(FIELDS) && dialog.contains(at))) return // Who already types there is left there.
  (dialog.querySelector<HTMLElement>('[data-first]') ?? dialog.querySelector<HTMLElement>(FIELDS))?.focus()
}

/** For `v-bind` on an ElDialog that `open` shows. A dialog that focuses its field at once would else be taken for its own opener. */
export function dialogFocus(open: WatchSource<boolean>): { onOpened: () => void; onClosed: () => void } {
  let opener: Element | null = null
  watch(open, (now) => now && (opener = document.activeElement), { flush: 'sync' })
  return {
    onOpened: focusFirst,
    onClosed: () => opener instanceof HTMLElement && opener.isConnected && opener.focus(),
  }
}
