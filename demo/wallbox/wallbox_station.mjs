// What a wallbox is to whoever talks to it, in either version of OCPP: cards, cables and limits, and messages in a queue that
// outlives the line, with the times of the box's own clock. The words are wallbox_16.mjs' and wallbox_201.mjs'; no sockets here:
// wallbox.mjs sends what `queue` holds, in its order.
import { Car } from './wallbox_physics.mjs';

const queue_max = 5000;
const stack_level_max = 3;

export class Station {
  constructor(box) {
    this.box = box;
    this.queue = []; // { method, params, then, reading, news }: what has to be told
    this.transaction = null;
    this.status = 'Available';
    this.refuses = false;
    this.clears_all = false;
    this.keeps_states = true; // what it became without a network is told later
    this.away = true;
    this.password = null; // one that the hub gave
    this.dropped = 0;
    this.shown = null; // a card before the cable: { card, until }
  }

  get clock_ms() {
    return this.box.clock_ms;
  }

  set clock_ms(off) {
    this.box.clock_ms = off;
  }

  stamp(now) {
    return new Date(now + this.clock_ms).toISOString();
  }

  tell(method, params, { then, reading = false, news } = {}) {
    if (this.queue.length >= queue_max) {
      // The oldest reading goes first: starts and ends are what a bill is made of.
      const oldest = this.queue.findIndex((one, at) => at > 0 && one.reading);
      this.queue.splice(oldest > 0 ? oldest : 1, 1);
      this.dropped += 1;
    }
    this.queue.push({ method, params, then, reading, news });
  }

  become(status, now) {
    if (this.status === status) return;
    const before = this.status;
    this.status = status;
    this.became(before, now);
  }

  tells_states() {
    return this.keeps_states || !this.away;
  }

  back(now) {
    this.away = false;
    if (this.keeps_states) return;
    this.tell_status(now);
    this.queue.unshift(this.queue.pop());
  }

  // ---- who comes and goes ----

  /** Without a card the box waits for one, or to be told. */
  plug({ card = null, ...car }, now) {
    this.box.plug(new Car(car));
    this.box.open = false;
    this.become('Preparing', now);
    this.cable_in(now);
    const shown = this.shown;
    this.shown = null;
    if (shown !== null) this.open(shown.card, now, { ...shown, known: true });
    else if (card !== null) this.open(card, now);
  }

  unplug(now) {
    this.box.unplug();
    this.box.open = false;
    this.ended(now, 'EVDisconnected');
    this.become('Available', now);
  }

  /** A card is held to the box: it begins, ends, or waits for a cable. */
  show(card, now) {
    if (this.box.open && this.box.car !== null) this.close('Local', now);
    else if (this.box.car !== null) this.open(card, now);
    else this.await_cable({ card }, now);
  }

  /** A card that is shown first waits so long for a cable. */
  await_cable(who, now) {
    this.shown = { ...who, until: now + this.connect_ms() };
    this.become('Preparing', now);
    this.card_first(this.shown, now);
  }

  open(card, now, how = {}) {
    this.box.open = true;
    this.began(card, now, how);
  }

  close(reason, now) {
    this.box.open = false;
    this.ended(now, reason);
    this.become('Finishing', now);
  }

  /** The hub knows the card, and says no. */
  judged({ status }, now) {
    if (status !== 'Accepted' && this.box.open) this.close('DeAuthorized', now);
  }

  remote_start(card, how, now) {
    if (this.box.open && this.box.car !== null) return 'Rejected';
    if (this.box.car !== null) this.open(card, now, { ...how, remote: true });
    else this.await_cable({ card, ...how, remote: true }, now);
    return 'Accepted';
  }

  remote_stop(now) {
    this.close('Remote', now);
    return 'Accepted';
  }

  // ---- time ----

  /** Looks at the box: what it does now, and whether a card has waited for too long. */
  look(now) {
    if (this.box.car !== null && this.box.open) this.become(this.box.status(), now);
    if (this.shown === null || now < this.shown.until) return;
    this.shown = null;
    this.ended(now, 'Timeout');
    this.become('Available', now);
  }

  /** A time that passed without anybody looking: from when to when, and what is told of it later. */
  live_alone(from, until, every_ms) {
    for (let now = from + every_ms; now <= until; now += every_ms) {
      this.box.step(now, every_ms / 1000);
      this.look(now);
      this.meter(now);
    }
  }

  // ---- limits ----

  /** Why the profile is not taken; null when it is. A purpose and level have one profile: another one's must be cleared first. */
  take_profile(id, level, purpose, schedule, now) {
    if (this.refuses) return 'Refused';
    if (level > stack_level_max) return 'InvalidStackLevel';
    if (purpose !== undefined && purpose !== 'TxDefaultProfile') return 'InvalidProfile';
    if (schedule.chargingRateUnit === 'W') return 'UnsupportedRateUnit';
    const other = this.box.profiles.get(level);
    if (other !== undefined && other.id !== null && id !== undefined && other.id !== id) return 'DuplicateProfile';
    const from = schedule.startSchedule === undefined ? now + this.clock_ms : Date.parse(schedule.startSchedule);
    const until = schedule.duration === undefined ? null : from + schedule.duration * 1000;
    const [{ limit, numberPhases = 3 }] = schedule.chargingSchedulePeriod;
    this.box.take_profile(level, limit, until, { from, phases: numberPhases, id });
    return null;
  }

  /** Those that all of what is named fits: every one is of the one point and of one purpose. */
  clear_profiles({ id, level, purpose }) {
    const fits = ([at, profile]) => this.clears_all || ((id === undefined || profile.id === id) && (level === undefined || at === level)
      && (purpose === undefined || purpose === 'TxDefaultProfile'));
    const gone = [...this.box.profiles].filter(fits);
    for (const [at] of gone) this.box.profiles.delete(at);
    return gone.length > 0 ? 'Accepted' : 'Unknown';
  }
}
