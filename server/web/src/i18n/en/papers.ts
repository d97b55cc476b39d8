/** Papers and lists. */
export const papers = {
  title: 'Papers', lead: 'In Chinese with English, A4; each printing is written down.',
  notice: 'Notice (PDF)', closing: 'Closing letter (PDF)', order: 'Repair order (PDF)', report: 'Inspection report (PDF)', decision: 'Decision (PDF)',
  list: 'Export to Excel',
}

export const paperVerbs = { 'document-printed': 'printed a paper', 'list-exported': 'exported a list' }
