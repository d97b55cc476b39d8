import { i18n, word } from '../i18n'

/** Names that are hashes, short enough to say aloud; the whole stands in a tooltip or beside. */
const SAID = 9

export const shortId = (id: string): string => (id.length > SAID + 3 ? id.slice(0, SAID) : id)

/** An inspected item in the reader's language: a quantity of the emission test, the OBD check, the appearance. */
export const itemWord = (item: string): string =>
  i18n.global.te(`inspections.item.${item}`, 'zh-CN') ? word('inspections.item', item) : word('test_item', item)
