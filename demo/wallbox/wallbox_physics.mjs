// A wallbox and the car on it, without any protocol and without a clock of its own: whoever steps it says what time it is.
// What a real one does to whoever steers it is here: it follows a limit some seconds late, takes nothing or 6 A and more, the
// battery tapers, and each of the faults of `Box.faults` can come and go at any moment. Amperes are per phase, times in ms.

export const volts = 230;
const least_a = 6;
const efficiency = 0.92;
const full = 99.5;

/** `phases`: those of the box's L1 to L3 that the car's own charger is on. */
export class Car {
  constructor({ capacity_wh, soc, most_a = 16, phases = [1, 2, 3] }) {
    Object.assign(this, { capacity_wh, soc, most_a, phases });
  }

  /** What it takes at most: all it can up to 80 %, then less and less, and nothing when full. */
  appetite() {
    if (this.soc >= full) return 0;
    return this.soc <= 80 ? this.most_a : Math.max(least_a, this.most_a * (1 - (this.soc - 80) / 25));
  }

  charge(wh) {
    this.soc = Math.min(100, this.soc + (wh * efficiency * 100) / this.capacity_wh);
  }
}

export class Box {
  constructor({ most_a = 16, follows_ms = 3000, register_wh = 1000 } = {}) {
    this.most_a = most_a;
    this.follows_ms = follows_ms;
    this.register_wh = register_wh;
    this.car = null;
    this.amps = [0, 0, 0];
    this.profiles = new Map(); // stack level to { limit, until }; until null = for ever
    this.followed = most_a;    // the limit that the pilot signal has come to show
    this.coming = [];          // limits on their way: { at, limit }
    // lost: a phase without current; lie: it allows that many times the limit, and says nothing of it; waits: the car's own
    // timer takes nothing of what is offered.
    this.faults = { lost: [], lie: 1, waits: false };
  }

  plug(car) {
    this.car = car;
  }

  unplug() {
    this.car = null;
    this.amps = [0, 0, 0];
  }

  take_profile(level, limit, until) {
    this.profiles.set(level, { limit, until });
  }

  /** What the highest profile that holds allows. */
  limit(now) {
    let level = -1;
    let limit = this.most_a;
    for (const [at, profile] of this.profiles) {
      if (at <= level || (profile.until !== null && profile.until <= now)) continue;
      level = at;
      limit = profile.limit;
    }
    return limit < least_a ? 0 : Math.min(limit, this.most_a);
  }

  /** Lets `seconds` of charging pass until `now`. */
  step(now, seconds) {
    const limit = this.limit(now);
    const last = this.coming.length > 0 ? this.coming.at(-1).limit : this.followed;
    if (limit !== last) this.coming.push({ at: now + this.follows_ms, limit });
    while (this.coming.length > 0 && this.coming[0].at <= now) this.followed = this.coming.shift().limit;

    const allowed = Math.min(this.followed * this.faults.lie, this.most_a);
    const taken = this.car === null || this.faults.waits ? 0 : Math.min(allowed, this.car.appetite());
    const each = taken < least_a ? 0 : taken;
    this.amps = [1, 2, 3].map((phase) => (this.car?.phases.includes(phase) && !this.faults.lost.includes(phase) ? each : 0));
    const wh = (this.watts() * seconds) / 3600;
    this.register_wh += wh;
    this.car?.charge(wh);
  }

  watts() {
    return volts * this.amps.reduce((sum, amps) => sum + amps, 0);
  }

  /** In OCPP 1.6's words. */
  status() {
    if (this.car === null) return 'Available';
    if (this.watts() > 0) return 'Charging';
    return this.followed === 0 ? 'SuspendedEVSE' : 'SuspendedEV';
  }
}
