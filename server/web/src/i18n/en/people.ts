/** Accounts, sign-in, keys, first page: English. */
export const people = {
  today: {
    title: 'To do today', lead: '{name}, this is waiting for you.', hello: 'Hello, {name}.', allDone: 'Nothing is waiting for you', allDoneHint: 'What comes up during the day appears here when you open this page again.',
    know: 'Good to know', act: 'To do', open: 'Go there',
    task: {
      'candidates-waiting': 'candidates to review', 'cases-open': 'open cases', 'listings-to-decide': 'blacklist proposals to decide', 'carriers-listed': 'carriers on the blacklist', 'stations-offline': 'stations offline', 'keys-expiring': 'API keys that end within 30 days',
      'passages-exceeding': 'vehicles over a limit today', 'recovery-codes-left': 'recovery codes left',
    },
    hint: {
      'candidates-waiting': 'Oldest first: confirm what the evidence shows, reject what is doubtful and say why.', 'cases-open': 'Order repair, record the retest, or withdraw.', 'listings-to-decide': 'A carrier\'s share reached the rule, or it is time to take one off: decide, and say why.', 'carriers-listed': 'Their vehicles are on the roadside watchlist.', 'stations-offline': 'Enrolled edge units that are not connected: look at power and network first.',
      'keys-expiring': 'Let the organisation change its key, then revoke the old one.', 'passages-exceeding': 'Since midnight in China.', 'recovery-codes-left': 'Without your phone you sign in by one of them; set up anew before they are gone.',
    },
  },
  signInMore: {
    code: 'Second-factor code', codeHint: 'Open your authenticator app and enter its six digits; without your phone, enter a recovery code.', codeSubmit: 'Verify and sign in', back: 'Another account', or: 'or',
    problem: {
      'oidc-refused': 'The identity provider did not let you in.', 'oidc-state': 'This sign-in was not begun in this browser, or took too long. Sign in again.', 'oidc-unknown-account': 'No account belongs to your identity. Ask the administrator to enter it.',
      'oidc-provider': 'The identity provider cannot be used now. Sign in with name and password, or try again later.', unavailable: 'The server cannot do this at the moment; try again.',
    },
  },
  security: {
    title: 'Sign-in and security', must: 'Accounts of your role must have a second factor. Set it up here, then go on.', passwordTitle: 'Password', passwordLead: 'Changing it signs you out everywhere else.', passwordGo: 'Change password',
    factorTitle: 'Second factor', factorLead: 'Besides the password you enter six digits that an authenticator app on your phone shows. A stolen password alone then opens nothing.', factorOn: 'On since {at}', factorOff: 'Off', codesLeft: '{n} recovery codes left',
    setUp: 'Set up a second factor', yourPassword: 'Your password', next: 'Next', scan: '1. Scan the picture with your authenticator app', type: 'Where it cannot be scanned, type the secret:', enter: '2. Enter the six digits that the app shows', confirm: 'Turn on', qrLabel: 'QR code of the second factor',
    codesTitle: 'Keep these recovery codes', codesLead: 'Each is good once, and they are shown only now. Print or copy them and keep them safe: without your phone you sign in by one of them.', codesKept: 'I have kept them', print: 'Print', done: 'The second factor is on; you were signed out everywhere else.',
    remove: 'Turn off', removeTitle: 'Turn the second factor off', code: 'Code or recovery code', removed: 'The second factor is off.', required: 'Accounts of your role must have a second factor.',
    sessionsTitle: 'Where you are signed in', sessionsLead: 'End what you do not know, and change your password.', this: 'This one', begun: 'Signed in', lastUsed: 'Last used', expires: 'Ends', address: 'Address', program: 'Program', end: 'End', endOthers: 'End all others', ended: '{n} sessions ended.', unknown: 'unknown',
    way: { password: 'Password', 'password-and-code': 'Password and code', oidc: 'Single sign-on', key: 'API key' },
  },
  keys: {
    title: 'API keys', lead: 'For inspection stations\' and repair shops\' own programs. A key acts for one organisation and reaches its records alone.', add: 'Give out a key', empty: 'No API keys yet', emptyHint: 'When an organisation wants to upload results or repair records by its own program, give it a key here; the interface is described in /api/openapi.json and docs/api-client.md.',
    label: 'Purpose', labelHint: 'e.g. program of line 1', role: 'Role', organisation: 'Organisation', region: 'Region', days: 'Days it holds', state: 'State', expires: 'Ends', lastUsed: 'Last used', never: 'Never used', createdBy: 'Given out by', revoke: 'Revoke', revokeTitle: 'Revoke key {id}', revokeLead: 'The program that uses it is refused at once. It cannot be undone.', revoked: 'Key {id} is revoked',
    states: { usable: 'Usable', expired: 'Expired', revoked: 'Revoked' }, issuedTitle: 'The key is shown only now', issuedLead: 'Put it into the organisation\'s program at once; do not send it by mail or chat. The header:', kept: 'I have kept it', wrong: 'Enter purpose, organisation and 1 to 731 days.',
  },
  accountsMore: {
    organisation: 'Organisation', organisationHint: 'The inspection station\'s or repair shop\'s code in the register.', organisationNeeded: 'An account of an inspection station or repair shop needs the organisation\'s code.', external: 'External identity', externalHint: 'As single sign-on names the person; leave it empty if unused.', factor: 'Second factor', factorOn: 'On',
    removeFactor: 'Remove second factor', removeFactorTitle: 'Remove the second factor of {name}', removeFactorLead: 'For a lost phone when the recovery codes are gone, too. Make sure first that it is that person. The account is signed out everywhere.', factorRemoved: 'The second factor of {name} is removed', sessions: 'Sign out everywhere', sessionsEnded: '{name} was signed out of {n} sessions',
  },
  auditMore: {
    search: 'Search', clear: 'Clear', anyAction: 'Every action', from: 'From', to: 'To', export: 'Export', exportTitle: 'Export the audit', exportLead: 'As searched; it is written down. Every row has its hash: plumewatch-server verify-audit tells whether the file was changed.', format: 'Format', xlsx: 'Excel workbook (to read and sort; proves nothing)', jsonl: 'JSON lines (to verify)', csv: 'CSV (for spreadsheet programs)',
    emptyFiltered: 'Nothing matches', emptyFilteredHint: 'Widen or clear the search.', number: 'No.',
  },
}

/** What was done, beside those of audit.verb. */
export const verbs = {
  'candidate-seconded': 'confirmed as first of two', 'notice-served': 'served notice', 'appeal-entered': 'entered an appeal', 'appeal-upheld': 'appeal won', 'appeal-rejected': 'appeal lost', 'case-overdue': 'case overdue', 'case-referred': 'referred to the traffic police', 'case-closed-by-exception': 'closed by exception', 'case-exported': 'took the evidence package out',
  'register-imported': 'imported the register', 'register-changed': 'changed the register', 'vehicle-looked-up': 'looked a vehicle up', 'order-taken': 'took an order', 'order-reassigned': 'reassigned an order', 'order-cancelled': 'cancelled an order', 'repair-recorded': 'uploaded a repair record', 'order-overdue': 'order overdue', 'inspection-uploaded': 'uploaded an inspection', 'report-issued': 'issued a report',
  'finding-raised': 'finding raised', 'finding-decided': 'decided a finding', 'listing-proposed': 'listing proposed', 'listing-proposal-voided': 'proposal to list fell away', 'carrier-listed': 'listed a carrier', 'listing-declined': 'declined to list', 'carrier-answered': 'carrier answered', 'delisting-proposed': 'delisting proposed', 'carrier-delisted': 'delisted a carrier',
  'key-issued': 'gave out an API key', 'key-revoked': 'revoked an API key', 'second-factor-set': 'turned the second factor on', 'second-factor-removed': 'turned the second factor off', 'sessions-ended': 'ended sessions', 'audit-exported': 'exported the audit',
}
