/** Papers and lists. */
export const papers = {
  title: 'Papers', lead: 'In Chinese with English, A4; each printing is written down.',
  notice: 'Notice', closing: 'Closing letter', order: 'Repair order', report: 'Inspection report', decision: 'Decision',
  list: 'Export to Excel',
}

export const paperVerbs = { 'document-printed': 'printed a paper', 'list-exported': 'exported a list' }
