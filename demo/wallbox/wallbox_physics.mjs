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
  /** `switches`: between one phase and three not at all ('no'), only without current ('idle'), or at any time ('live'). */
  constructor({ most_a = 16, follows_ms = 3000, register_wh = 1000, switches = 'no', switch_ms = 5000 } = {}) {
    Object.assign(this, { most_a, follows_ms, register_wh, switches, switch_ms });
    this.car = null;
    this.open = true;          // somebody may charge: the contactor gives what the limit allows
    this.amps = [0, 0, 0];
    this.clock_ms = 0;         // how far its clock is off; profiles go by it
    this.profiles = new Map(); // stack level to { limit, phases, from, until }; until null = for ever
    this.followed = most_a;    // the limit that the pilot signal has come to show
    this.coming = [];          // limits on their way: { at, limit }
    this.phases = 3;           // connected, from L1 on
    this.switching = null;     // { phases, until }: no current so long
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

  take_profile(level, limit, until, { from = -Infinity, phases = 3, id = null } = {}) {
    this.profiles.set(level, { limit, phases, from, until, id });
  }

  /** The highest profile that holds, by the box's own clock. */
  profile(now) {
    const here = now + this.clock_ms;
    let highest = { level: -1, limit: this.most_a, phases: 3 };
    for (const [level, profile] of this.profiles) {
      const holds = profile.from <= here && (profile.until === null || here < profile.until);
      if (holds && level > highest.level) highest = { level, ...profile };
    }
    return highest;
  }

  limit(now) {
    const { limit } = this.profile(now);
    return limit < least_a ? 0 : Math.min(limit, this.most_a);
  }

  /** Relays need their time, and most must not be moved under load. */
  switch_phases(now) {
    if (this.switching !== null && this.switching.until <= now) {
      this.phases = this.switching.phases;
      this.switching = null;
    }
    const { phases } = this.profile(now);
    if (this.switches === 'no' || this.switching !== null || phases === this.phases) return;
    if (this.switches === 'live' || this.watts() === 0) this.switching = { phases, until: now + this.switch_ms };
  }

  carries(phase) {
    return this.car !== null && this.car.phases.includes(phase) && phase <= this.phases && !this.faults.lost.includes(phase);
  }

  /** Lets `seconds` of charging pass until `now`. */
  step(now, seconds) {
    const limit = this.limit(now);
    const last = this.coming.length > 0 ? this.coming.at(-1).limit : this.followed;
    if (limit !== last) this.coming.push({ at: now + this.follows_ms, limit });
    while (this.coming.length > 0 && this.coming[0].at <= now) this.followed = this.coming.shift().limit;
    this.switch_phases(now);

    const allowed = Math.min(this.followed * this.faults.lie, this.most_a);
    const gives = this.open && this.switching === null;
    const taken = this.car === null || !gives || this.faults.waits ? 0 : Math.min(allowed, this.car.appetite());
    const each = taken < least_a ? 0 : taken;
    this.amps = [1, 2, 3].map((phase) => (this.carries(phase) ? each : 0));
    const wh = (this.watts() * seconds) / 3600;
    this.register_wh += wh;
    this.car?.charge(wh);
  }

  watts() {
    return volts * this.amps.reduce((sum, amps) => sum + amps, 0);
  }

  /** In OCPP 1.6's words, of who may charge. */
  status() {
    if (this.car === null) return 'Available';
    if (this.watts() > 0) return 'Charging';
    return this.followed === 0 || this.switching !== null ? 'SuspendedEVSE' : 'SuspendedEV';
  }
}
