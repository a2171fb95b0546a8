// What can be wrong with a wallbox, and from when to when: NAME[=VALUE][@FROM[..UNTIL]], with moments as +SECONDS from the
// program's start or as HH:MM of today's local time (of tomorrow's when that is past).
//
//   phase-loss=2      L2 carries no current          refuse            every limit is refused
//   lie=1.3           draws 1.3 times the limit      suspended-ev      the car takes nothing
//   clock=-3600       seconds that the clock is off; what the hub says of the time is not taken
//   offline           no network
//   live-status       what waited for a network is transactions and readings; of states only the present one is told, and first
//   clears-all        clears every profile, whichever it is asked to
const numbers = { 'phase-loss': [1, 3], lie: [1, 16], clock: [-1e9, 1e9] };
const plain = ['refuse', 'suspended-ev', 'offline', 'live-status', 'clears-all'];

function moment(text, started) {
  if (/^\+\d+(\.\d+)?$/.test(text)) return started + Number(text) * 1000;
  const clock = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock === null) throw new Error(`'${text}' is no moment: +SECONDS or HH:MM`);
  const at = new Date(started);
  at.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
  if (at.getTime() < started) at.setDate(at.getDate() + 1);
  return at.getTime();
}

/** { name, value, from, until }; throws an Error that says what is wrong with the text. */
export function fault_of(text, started) {
  const [what, when, more] = text.split('@');
  const [name, value, rest] = what.split('=');
  if (more !== undefined || rest !== undefined) throw new Error(`'${text}' is not NAME[=VALUE][@FROM[..UNTIL]]`);
  const fault = { name, value: true, from: -Infinity, until: Infinity };
  if (Object.hasOwn(numbers, name)) {
    const [least, most] = numbers[name];
    fault.value = value === undefined || value === '' ? NaN : Number(value);
    if (!(fault.value >= least && fault.value <= most)) throw new Error(`${name} needs a number from ${least} to ${most}, not '${value ?? ''}'`);
  } else if (!plain.includes(name)) {
    throw new Error(`no fault is called '${name}'`);
  } else if (value !== undefined) {
    throw new Error(`${name} takes no value`);
  }
  if (when !== undefined) {
    const [from, until] = when.split('..');
    fault.from = moment(from, started);
    if (until !== undefined) fault.until = moment(until, started);
    if (fault.until <= fault.from) throw new Error(`'${when}' ends before it begins`);
  }
  return fault;
}

/** What is wrong at a moment. */
export function faults_at(faults, now) {
  const is = { lost: [], lie: 1, waits: false, refuses: false, offline: false, live_status: false, clears_all: false, clock_ms: 0 };
  for (const { name, value, from, until } of faults) {
    if (now < from || now >= until) continue;
    if (name === 'phase-loss') is.lost.push(value);
    else if (name === 'lie') is.lie = value;
    else if (name === 'clock') is.clock_ms = value * 1000;
    else if (name === 'suspended-ev') is.waits = true;
    else if (name === 'refuse') is.refuses = true;
    else if (name === 'live-status') is.live_status = true;
    else if (name === 'clears-all') is.clears_all = true;
    else is.offline = true;
  }
  return is;
}
