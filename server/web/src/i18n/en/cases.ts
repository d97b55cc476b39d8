/** Cases: the list and how they are carried on. */
export const cases = {
  cases: {
    title: 'Cases', empty: 'No cases', emptyHint: 'A case appears here when reviewers confirm a candidate: one person or two, as the region\'s rule asks.', emptyFilter: 'No case is like this', emptyFilterHint: 'Choose another filter, or look at all cases.',
    number: 'Case', plate: 'Plate', item: 'Quantity', state: 'State', due: 'Deadline', opened: 'Opened', openedBy: 'Opened by', updated: 'Last change',
    open: '{n} open', overdueCount: '{n} overdue', filter: 'Filter', overdue: 'Overdue', appealed: 'Appeal pending', referred: 'With the police',
    order: 'Overdue ones first, then by deadline; then those without a notice, the oldest first; then those that an appeal holds up; ended ones last.',
  },
  case: {
    title: 'Case {id}', history: 'History', actions: 'What can be done', passages: 'Passages it rests on',
    noActions: 'Nothing for you to do here now: an authority account takes the next steps, repair and retest come from the shop and the station by themselves, and a case that has ended does not change.',
    state: { opened: 'Opened', noticed: 'Notice served', 'repair-ordered': 'Repair ordered', repaired: 'Repaired, retest due', closed: 'Closed', withdrawn: 'Withdrawn', won: 'Appeal won' },
    event: {
      'serve-notice': 'Enter service', 'order-repair': 'Order repair', 'enter-appeal': 'Enter an appeal', 'uphold-appeal': 'Uphold the appeal', 'reject-appeal': 'Reject the appeal', refer: 'Refer to police',
      withdraw: 'Withdraw the case', 'close-by-exception': 'Close by exception', taken: 'Shop took the order', repaired: 'Repair recorded', 'retest-passed': 'Retest passed', 'retest-failed': 'Retest failed', 'order-cancelled': 'Order called off', overdue: 'Overdue',
    },
    eventLead: {
      'serve-notice': 'Enter how the notice was served: letter, text message or public notice. The time to answer runs from the day it counts as served.', 'order-repair': 'The owner must have the vehicle repaired at a qualified shop and pass the retest at the station named here.', 'enter-appeal': 'The owner appeals; deadlines stand still from the day it was received.',
      'uphold-appeal': 'The appeal is right: the case ends and its exceedances count no more. This cannot be undone.', 'reject-appeal': 'The appeal is not right: the case goes on, and what was left of the deadline runs from today.', refer: 'The traffic police decide on a penalty (Air Pollution Law, article 113); the case goes on here.',
      withdraw: 'The case ends, the vehicle leaves the list and the exceedances count no more. This cannot be undone.', 'close-by-exception': 'It closes without a retest. A named person must approve it and the reason goes into the audit.',
    },
    verb: {
      'candidate-seconded': 'Candidate confirmed by a first person', 'candidate-confirmed': 'Candidate confirmed', 'candidate-rejected': 'Candidate rejected', 'candidate-contested': 'Candidate in doubt: look again', 'candidate-upheld': 'Candidate stands again', 'case-opened': 'Case opened',
      'notice-served': 'Service entered', 'repair-ordered': 'Repair ordered', 'order-taken': 'Shop took the order', 'case-repaired': 'Repair recorded', 'retest-passed': 'Retest passed, case closed', 'retest-failed': 'Retest failed, back to repair', 'order-cancelled': 'Order called off',
      'case-overdue': 'Deadline passed', 'appeal-entered': 'Appeal entered', 'appeal-upheld': 'Appeal upheld', 'appeal-rejected': 'Appeal rejected', 'case-referred': 'Referred to the police', 'case-withdrawn': 'Case withdrawn', 'case-closed-by-exception': 'Closed by exception', 'case-exported': 'Evidence package taken out',
    },
    method: { letter: 'Letter', text: 'Text message', 'public-notice': 'Public notice' },
    ground: { scrapped: 'The vehicle was scrapped', deregistered: 'Its registration was cancelled', 'moved-away': 'It moved away and its new region took over', other: 'Something else (say it in the reason)' },
    count: { working: 'working days', calendar: 'calendar days' },
    field: {
      method: 'How it was served', paper: 'Number of the paper', paperHint: 'Such as 并环改〔2026〕118号', received: 'Received on', published: 'Published on', station: 'Inspection station of the retest', stationHint: 'Such as I-140105-01; the retest counts only there',
      days: 'Days to repair', count: 'Counted in', ground: 'Why no retest will come', approvedBy: 'Approved by', approvedByHint: 'The name of the person who answers for it',
    },
    must: 'Fill in "{field}".', publicNotice: 'A public notice counts as served {n} days after it was published.', usual: 'The region\'s rule gives {n} {count} ({clause}); change it where needed.',
    reasonHint: 'Say on what ground: number of the paper, of the receipt, of the appeal.', done: 'Entered: {event}', by: '{actor}', openedBy: 'Opened by', candidate: 'Candidate', steps: 'Progress',
    due: 'Due {day}', daysLeft: '{n} days left', today: 'Due today', late: '{n} days overdue', still: 'Appeal pending: the deadline stands still', provisional: 'A year on the way has no holiday notice yet: weekends alone were counted, the notice will decide', noDue: 'No deadline yet',
    why: 'Why it is listed or cleared', listed: 'Listed', cleared: 'Cleared', facts: 'Grounds',
    facts_of: { notice: 'Notice', noticeText: '{paper}, {method}, received or published {received}, served as of {served}', station: 'Retest at', taken: 'Shop took the order', appeal: 'Appeal received', referred: 'Referred to police', exception: 'Exception', exceptionText: '{ground}, approved by {by}', none: 'No notice was served yet.' },
    particulars: { paper: 'Paper {text}', received: 'Received or published {text}', served: 'Served as of {text}', station: 'Retest at {text}', due: 'Due {text}', ground: '{text}', approvedBy: 'Approved by {text}' },
    package: 'Evidence package', packageLead: 'Everything the case rests on in one signed zip: records as the stations sealed them, pictures and clips, checks of the instruments, editions, what was done and the audit. Taking it out is audited.',
    download: 'Take the package out', verify: 'To prove it offline:', key: 'Server\'s key', standing: 'Where it stands', appealMark: 'Appeal pending', referredMark: 'With the police', overdueMark: 'Overdue',
  },
}
