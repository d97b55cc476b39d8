/** Words of the blacklist; the same keys as zh/listings.ts (a test holds them together). */
export const listings = {
  title: 'Blacklist of carriers', lead: 'A carrier is proposed by itself when its vehicles that exceeded within a year reach the rule\'s share; listing and delisting are an authority\'s decisions.',
  toDecide: 'To decide', listed: 'Listed', ended: 'Ended', all: 'All', which: 'List',
  carrier: 'Carrier', state: 'State', share: 'Share', vehicles: '{exceeding} of {fleet}', term: 'Term', proposedDay: 'Proposed', changed: 'Last change', document: 'Document',
  emptyToDecide: 'Nothing waits for a decision', emptyToDecideHint: 'A proposal appears here when a carrier\'s confirmed exceeding vehicles of the last year reach the rule\'s share, or when a listed carrier falls below it or its term ends.',
  emptyListed: 'No carrier is listed', emptyListedHint: 'Once an authority lists a carrier it appears here; from the day decided it is published and its vehicles go to the roadside.',
  emptyEnded: 'Nothing has ended yet', emptyAll: 'Nothing was ever proposed', emptyAllHint: 'Shares are kept day by day from confirmed cases and the registered fleets. Import carriers and fleets first.',
  until: 'until {day}', notYet: 'from {day}', over: 'the term is over', more: 'More', publicPage: 'Public page',
  stateWord: { proposed: 'Proposed', declined: 'Declined', void: 'Fell away', listed: 'Listed', 'delisting-proposed': 'Delisting proposed', delisted: 'Delisted' },
  groundWord: { 'share-below': 'The share is below the rule', 'term-over': 'The term is over' },
  page: 'Listing', why: 'Why, and where it stands', now: 'Share today', ofFleet: '{exceeding} of {fleet} vehicles', reaches: 'Reaches the rule', below: 'Below the rule', asOf: 'as of {day}, counted from {start}',
  outlook: 'What would change it', overTime: 'The share through two years', threshold: 'rule: {share}', fleetLine: 'vehicles', noFleet: 'no vehicles',
  ruleOf: 'Rule: {act} (edition {version}).', ruleText: 'Exceeding vehicles within {months} calendar months ≥ {share}; a carrier of fewer than {below} vehicles, at least {least}; a listing holds {term} months at most.', unsure: 'What the act leaves open, and is ours by default: {parts}.',
  unsureWord: { share: 'the share', window: 'the window', fleet: 'which day\'s fleet counts', 'small-fleets': 'the floor of small fleets', term: 'the term' },
  exceedances: 'Exceedances that count', exceedancesLead: 'Confirmed within the window; a vehicle counts once.', plate: 'Plate', day: 'Exceeded on', agesOut: 'Counts no more from', caseLink: 'Case', standing: 'Stands', notStanding: 'Withdrawn or won on appeal', noExceedances: 'No confirmed exceedance within the window.',
  grounds: 'What it rested on', groundsOf: { proposal: 'At the proposal', decision: 'At decision {n}' }, decisions: 'Decisions', noDecisions: 'Nobody has decided yet.', answers: 'The carrier\'s answers', noAnswers: 'The carrier has not answered.', received: 'received {day}', enteredBy: 'entered by {name}',
  history: 'What was done', actions: 'Actions', noActions: 'Your account may look on only.', decidedBy: '{name}, {exceeding} of {fleet}',
  action: { list: 'List the carrier', decline: 'Decline', renew: 'Renew', delist: 'Delist', answer: 'Enter an answer' },
  actionLead: {
    list: 'Published from the day decided; its vehicles go on the roadside watchlist.', decline: 'The same exceedances propose nothing again; a new one does.', renew: 'Only while the share still reaches the rule.',
    delist: 'Published and watched for no more from now on.', answer: 'A carrier may answer at any time; entering it changes nothing by itself.',
  },
  from: 'First day', untilBefore: 'First day on which it holds no more', latest: '{day} at the latest', notice: 'Document', noticeHint: 'It is published: no person, no plate', answerText: 'What it says', receivedDay: 'Received on',
  termNeeded: 'Choose the days.', noticeNeeded: 'Name the document.', answerNeeded: 'Write what the carrier says.', done: 'Recorded',
  public: 'Published', publicTitle: 'Blacklist of carriers, as published', publicLead: 'Decisions in force on {day}. No vehicle and no person is named; nor is a carrier that may be a person.', publicEmpty: 'No carrier is listed.', sheet: 'Spreadsheet (xlsx)', json: 'JSON',
  code: 'Credit code', name: 'Name', region: 'Region', hidden: '(name not published)', signIn: 'Sign in', count: '{n} carriers',
  shareOf: 'The carrier\'s share', carrierListings: 'Listings', noListings: 'This carrier was never proposed.',
}

/** How the audit's actions are said; part of audit.verb. */
export const listingVerbs = {
  'listing-proposed': 'Listing proposed', 'listing-proposal-voided': 'Proposal fell away', 'carrier-listed': 'Carrier listed', 'listing-declined': 'Listing declined', 'carrier-answered': 'The carrier answered',
  'delisting-proposed': 'Delisting proposed', 'delisting-proposal-voided': 'Proposal to delist fell away', 'listing-renewed': 'Listing renewed', 'carrier-delisted': 'Carrier delisted', 'listing-viewed': 'Listing opened',
}
