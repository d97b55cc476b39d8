/** Repair orders, inspections, findings: English. */
export const closedLoop = {
  orders: {
    title: 'Repair orders', number: 'Number', vehicle: 'Vehicle', items: 'Failed items', station: 'Retest at', shop: 'Repair shop', due: 'Due', changed: 'Last change',
    overdue: 'Overdue', overdueOnly: 'Overdue only', unassigned: 'Not taken', failures: 'failed {n} times', reserved: 'Named: {shop}', anyItem: 'Set by the first retest',
    takeTitle: 'Take a repair order', takeNumber: 'Order number', takeHint: 'It stands on the owner\'s repair notice: R and 20 characters.', take: 'Take', taken: 'Taken. Record the repair when it is done.',
    numberWrong: 'A number is R and 20 digits or letters a–f.', upload: 'Upload many records', state: 'State',
    empty: 'No repair orders yet', emptyShop: 'Your shop has taken no order yet', emptyShopHint: 'Ask the owner for the repair notice and enter its number above. Only a shop qualified on the day can take an order.',
    emptyStation: 'No vehicle is to be retested here', emptyStationHint: 'When a vehicle fails at your station, its order opens by itself and stands here.',
    emptyHint: 'Orders open by themselves for vehicles that fail an inspection and for cases that order repair.', emptyFiltered: 'No order fits', emptyFilteredHint: 'Choose another state, or look at all orders.', print: 'Print',
  },
  order: {
    title: 'Repair order {id}', state: { ordered: 'Not taken', taken: 'In repair', repaired: 'To be retested', closed: 'Passed', cancelled: 'Called off' },
    method: 'Method', anyMethod: 'Chosen by the first retest', origin: 'Origin', fromCase: 'Roadside case', fromInspection: 'Failed inspection', opened: 'Issued', vin: 'VIN',
    next: 'Next', nothing: 'There is nothing for you to do now.', records: 'Repairs', noRecords: 'No repair is recorded yet.', retests: 'Retests', noRetests: 'No retest yet.', history: 'What was done',
    action: { take: 'Take', record: 'Record the repair', retest: 'Upload the retest', 'reassign-station': 'Name another station', 'reassign-shop': 'Name another shop', cancel: 'Call off' },
    lead: {
      take: 'Your certificate of qualification must hold today.', record: 'Diagnosis, work, parts, certificate number.', retest: 'Same station, same method, everything that failed.',
      'reassign-station': 'Where the station has closed or cannot test. A reason is needed and audited.', 'reassign-shop': 'Takes the order from its shop; name another, or none so that any qualified shop can take it.', cancel: 'A scrapped vehicle, a mistaken order: a reason is needed.',
    },
    stationCode: 'Code of the station', shopCode: 'Code of the shop (optional)', reasonHint: 'The paper or fact it rests on', done: 'Done.', recordNo: 'No. {n}', by: 'by {shop}', wait: { ordered: 'Waits for a qualified shop to take it.', taken: 'Waits for the shop to record the repair.', repaired: 'Waits for the retest at {station}.', closed: 'Passed its retest; it has ended.', cancelled: 'Called off.' },
  },
  repair: {
    diagnosis: 'Diagnosis', work: 'Work done', workHint: 'one a line', parts: 'Parts put in', addPart: 'Add a part', removePart: 'Remove this part', kind: 'Kind', maker: 'Maker', model: 'Type', serial: 'Serial number',
    started: 'Begun', finished: 'Done', certificate: 'Certificate of completion', settlement: 'Settlement list', technician: 'Technician', odometer: 'Odometer (km)', noParts: 'No parts were put in.', submit: 'Submit the record', done: 'The repair is recorded; the vehicle can be retested.',
    part: { doc: 'Oxidation catalyst (DOC)', dpf: 'Particle filter (DPF)', scr: 'Catalytic reduction (SCR)', 'urea-doser': 'Urea doser', egr: 'Exhaust gas recirculation (EGR)', injector: 'Injector, injection pump', turbocharger: 'Turbocharger', sensor: 'Sensor', filter: 'Filter', other: 'Other' },
  },
  refusals: {
    title: '{n} places are not as they must be; nothing was kept', lead: 'Correct each as told under "What to do", then upload the whole again.', row: 'Row', column: 'Column', wrong: 'What is wrong', remedy: 'What to do', whole: 'whole', rule: 'rule {rule}',
  },
  upload: {
    title: 'Upload repair records', lead: 'One table, one upload: all of it is kept or, if one row is wrong, none.', drop: 'Drop the table here, or choose it', kinds: '.xlsx, or .csv in UTF-8 or GBK; at most 500 records',
    template: 'Download the template', step1: 'Download the template and fill it as its guide says.', step2: 'Take each order before uploading its record.', step3: 'Upload; if something is refused, mend the table and upload it again.',
    busy: 'Checking {file}', done: '{file}: all {n} records are kept', repeated: '{n} of them were here before and are not kept twice.', another: 'Upload another', nothing: 'No file could be read. Choose it again.',
  },
  inspections: {
    title: 'Inspections', number: 'Report no.', line: 'Line', method: 'Method', outcome: 'Outcome', report: 'Report', started: 'Tested', failed: 'Failed items', station: 'Station', none: 'None',
    state: { issued: 'Issued', held: 'Held' }, allStates: 'All reports', heldOnly: 'Held only',
    empty: 'No inspections yet', emptyStation: 'Your station has uploaded nothing yet', emptyHint: 'The line\'s program can upload through the API; or upload the JSON file that it exports here.', emptyFiltered: 'No inspection fits', emptyFilteredHint: 'Choose another outcome, or look at all inspections.',
    upload: 'Upload a result', uploadLead: 'Choose the file that the line\'s program exported (JSON with raw and process data). The server judges it again; the report is issued only if both agree.', choose: 'Choose the file', order: 'Order of the retest (none for a first test)', send: 'Upload',
    notJson: 'This file is no JSON, or is damaged. Export it again from the line\'s program.', issued: 'Report {number} is issued: {outcome}', heldTitle: 'Report {number} is held', heldLead: 'The server finds otherwise than the report. Check the line, test again, and upload under a new report number.',
    opened: 'A repair order was opened', repeated: 'This result was here before; it is not kept twice.',
    methods: { 'free-acceleration': 'Free acceleration', 'lug-down': 'Lug-down', ringelmann: 'Ringelmann' },
    item: { obd: 'OBD check', appearance: 'Appearance' },
  },
  inspection: {
    title: 'Inspection report {number}', item: 'Item', told: 'Station says', found: 'Server finds', measured: 'Measured', limit: 'Limit', clause: 'Clause', atMost: '≤ {limit}', atLeast: '≥ {limit}', holds: 'Passes', fails: 'Fails', differences: 'Differs from the raw data', curve: 'Process data',
    inspector: 'Inspector', engine: 'Engine model', power: 'Rated power', took: 'Took', seconds: '{n} s', obd: 'OBD', lamp: 'Lamp', on: 'lit', off: 'out', codes: 'Trouble codes', notReady: 'Not ready', calibration: 'Calibration (CALID / CVN)', appearance: 'Appearance', allRight: 'Nothing seen', rulebook: 'Judged by', retestOf: 'Retest of order', openedOrder: 'Opened order', uploaded: 'Uploaded',
  },
  findings: {
    title: 'Findings', lead: 'What looks wrong by published rules. Each is for a person to look at, and no verdict.', open: '{n} to look at', kind: 'Kind', about: 'At', what: 'What was found', day: 'Day', found: 'Found', allKinds: 'All kinds',
    state: { open: 'To look at', confirmed: 'Confirmed', dismissed: 'Dismissed' }, empty: 'Nothing to look at', emptyHint: 'Seconds after an upload, and once an hour, the server looks for equal curves, impossible results, tests too short and more.', emptyFiltered: 'No finding fits', emptyFilteredHint: 'Choose another state or kind, or look at all findings.',
    evidence: 'What it rests on', figures: 'Figures', curves: 'Process data over each other', curvesLead: 'Along the sampling points: the absorption coefficient above, engine speed below. Curves that lie on each other may be one recording.', inspections: 'Inspections', orders: 'Repair orders', passages: 'Passages',
    confirm: 'Confirm', dismiss: 'Dismiss', confirmLead: 'There is an irregularity; what follows is done by the authority\'s own papers. Nothing is sanctioned by itself.', dismissLead: 'There is none; say what was looked at.', decided: '{by} says {state}: {reason}', done: 'Kept.', kAxis: 'absorption coefficient, m⁻¹', rpmAxis: 'engine speed, 1/min', point: 'sampling point', rulebook: 'By {rulebook}', curveLabel: 'Process data of {n} tests over each other',
    names: {
      'report-held': 'Report held', 'equal-curves': 'Equal curves', 'impossible-result': 'Impossible result', 'test-too-short': 'Test too short', 'too-many-tests': 'Too many tests', 'two-identities': 'Two identities', 'shared-calibration': 'Shared calibration',
      'pass-rate': 'Pass rate', 'passes-then-exceeds': 'Passes, then exceeds', 'order-overdue': 'Order overdue', 'fails-repeatedly': 'Fails repeatedly', 'repairs-do-not-last': 'Repairs do not last',
    },
  },
}
