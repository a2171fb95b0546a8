// What a wallbox says and answers in OCPP 1.6: messages in a queue that outlives the line, with the times of the box's own
// clock. No sockets here; wallbox.mjs sends what `queue` holds, in its order.
import { Car, volts } from './wallbox_physics.mjs';

const queue_max = 5000;

export class Station {
  constructor(box) {
    this.box = box;
    this.queue = []; // { method, params, then }: what has to be told
    this.transaction = null;
    this.status = 'Available';
    this.refuses = false;
    this.keeps_states = true; // what it became without a network is told later
    this.away = true;
    this.clock_ms = 0; // how far its clock is off
    this.password = null; // one that the hub gave
    this.dropped = 0;
    this.keys = new Map(Object.entries({ NumberOfConnectors: '1', ChargingScheduleAllowedChargingRateUnit: 'Current',
      ChargeProfileMaxStackLevel: '3', SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger', MeterValueSampleInterval: '60',
      MeterValuesSampledData: '', WebSocketPingInterval: '0' }));
  }

  stamp(now) {
    return new Date(now + this.clock_ms).toISOString();
  }

  tell(method, params, then) {
    if (this.queue.length >= queue_max) {
      // The oldest reading goes first: starts and ends are what a bill is made of.
      const reading = this.queue.findIndex((one, at) => at > 0 && one.method === 'MeterValues');
      this.queue.splice(reading > 0 ? reading : 1, 1);
      this.dropped += 1;
    }
    this.queue.push({ method, params, then });
  }

  tell_status(now) {
    this.tell('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: this.status, timestamp: this.stamp(now) });
  }

  become(status, now) {
    if (this.status === status) return;
    this.status = status;
    if (this.keeps_states || !this.away) this.tell_status(now);
  }

  back(now) {
    this.away = false;
    if (this.keeps_states) return;
    this.tell_status(now);
    this.queue.unshift(this.queue.pop());
  }

  plug({ card, ...car }, now) {
    this.become('Preparing', now);
    this.tell('Authorize', { idTag: card });
    const begin = { connectorId: 1, idTag: card, meterStart: Math.round(this.box.register_wh), timestamp: this.stamp(now) };
    const transaction = { number: null };
    this.tell('StartTransaction', begin, ({ transactionId }) => { transaction.number = transactionId; });
    this.transaction = transaction;
    this.box.plug(new Car(car));
  }

  unplug(now) {
    const transaction = this.transaction;
    this.transaction = null;
    this.box.unplug();
    const end = { meterStop: Math.round(this.box.register_wh), timestamp: this.stamp(now), reason: 'EVDisconnected' };
    // The number is known once the start was answered.
    if (transaction !== null) this.tell('StopTransaction', () => ({ transactionId: transaction.number, ...end }));
    this.become('Available', now);
  }

  meter(now) {
    const transaction = this.transaction;
    if (transaction === null) return;
    const sampledValue = [{ value: String(Math.round(this.box.register_wh)), unit: 'Wh' }];
    for (const [n, amps] of this.box.amps.entries()) {
      const phase = `L${n + 1}`;
      sampledValue.push({ value: amps.toFixed(1), measurand: 'Current.Import', phase, unit: 'A' });
      sampledValue.push({ value: (amps * volts).toFixed(0), measurand: 'Power.Active.Import', phase, unit: 'W' });
    }
    const meterValue = [{ timestamp: this.stamp(now), sampledValue }];
    this.tell('MeterValues', () => ({ connectorId: 1, transactionId: transaction.number, meterValue }));
  }

  /** A time that passed without anybody looking: from when to when, and what is told of it later. */
  live_alone(from, until, every_ms) {
    for (let now = from + every_ms; now <= until; now += every_ms) {
      this.box.step(now, every_ms / 1000);
      if (this.box.car !== null) this.become(this.box.status(), now);
      this.meter(now);
    }
  }

  /** The answer to a call of the hub's; undefined when it is not known here. */
  answer(method, params, now) {
    switch (method) {
      case 'GetConfiguration':
        return { configurationKey: [...this.keys].map(([key, value]) => ({ key, value, readonly: key === 'NumberOfConnectors' })) };
      case 'ChangeConfiguration':
        if (params.key === 'AuthorizationKey') this.password = params.value;
        else this.keys.set(params.key, params.value);
        return { status: 'Accepted' };
      case 'TriggerMessage':
        if (params.requestedMessage === 'StatusNotification') this.tell_status(now);
        return { status: 'Accepted' };
      case 'ClearChargingProfile':
        this.box.profiles.clear();
        return { status: 'Accepted' };
      case 'SetChargingProfile': {
        if (this.refuses) return { status: 'Rejected' };
        const { stackLevel, chargingSchedule } = params.csChargingProfiles;
        const until = chargingSchedule.duration === undefined ? null : now + chargingSchedule.duration * 1000;
        this.box.take_profile(stackLevel, chargingSchedule.chargingSchedulePeriod[0].limit, until);
        return { status: 'Accepted' };
      }
      case 'RemoteStartTransaction':
      case 'RemoteStopTransaction':
        return { status: 'Rejected' };
      case 'SendLocalList':
        return { status: 'Accepted' };
      default:
        return undefined;
    }
  }
}
