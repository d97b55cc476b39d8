/** Plates as people write and type them. */
import type { PlateColour } from '../api/types'

/** 晋A12345 → its two groups, 晋A and 12345: the dot between them is printed on the plate. */
export function plateGroups(text: string): [string, string] {
  const characters = [...text]
  // An embassy's plate (使014578) has no authority letter.
  const head = /^\d$/.test(characters[1] ?? '') ? 1 : 2
  return [characters.slice(0, head).join(''), characters.slice(head).join('')]
}

/** What was typed, as the server knows it: capitals, no separators, no full-width forms. */
export function normalisePlate(text: string): string {
  return text.normalize('NFKC').replace(/[\s·•・.\-_．●]/g, '').toUpperCase()
}

/** Could this be a plate (GA 36)? The server decides; this only spares a round trip. */
export function looksLikePlate(text: string): boolean {
  return /^[\p{Script=Han}A-Z0-9]{7,8}$/u.test(text) && !/[IO]/.test(text)
}

export const PLATE_COLOURS: PlateColour[] = ['blue', 'yellow', 'green', 'yellow-green', 'white', 'black']
