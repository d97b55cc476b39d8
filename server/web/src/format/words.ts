/** Names that are hashes, short enough to say aloud; the whole stands in a tooltip or beside. */
const SAID = 9

export const shortId = (id: string): string => (id.length > SAID + 3 ? id.slice(0, SAID) : id)
