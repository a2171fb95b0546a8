// A wallbox in the words of OCPP 1.6.
import { volts } from './wallbox_physics.mjs';
import { Station } from './wallbox_station.mjs';

export class Station16 extends Station {
  constructor(box) {
    super(box);
    this.keys = new Map(Object.entries({ NumberOfConnectors: '1', ChargingScheduleAllowedChargingRateUnit: 'Current',
      ChargeProfileMaxStackLevel: '3', ConnectorSwitch3to1PhaseSupported: String(box.switches !== 'no'),
      SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger', MeterValueSampleInterval: '60', MeterValuesSampledData: '',
      WebSocketPingInterval: '0', ConnectionTimeOut: '60' }));
  }

  connect_ms() {
    return Number(this.keys.get('ConnectionTimeOut')) * 1000;
  }

  boot() {
    return { chargePointVendor: 'Peer', chargePointModel: 'Physics 11' };
  }

  tell_status(now) {
    this.tell('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: this.status, timestamp: this.stamp(now) });
  }

  became(_before, now) {
    if (this.tells_states()) this.tell_status(now);
  }

  cable_in() {}

  card_first({ card, remote = false }) {
    if (!remote) this.tell('Authorize', { idTag: card });
  }

  began(card, now, { known = false, remote = false }) {
    if (!known && !remote) this.tell('Authorize', { idTag: card });
    const begin = { connectorId: 1, idTag: card, meterStart: Math.round(this.box.register_wh), timestamp: this.stamp(now) };
    const transaction = { number: null };
    const then = ({ transactionId, idTagInfo = { status: 'Accepted' } }) => {
      transaction.number = transactionId;
      if (transaction === this.transaction) this.judged(idTagInfo, Date.now());
    };
    this.tell('StartTransaction', begin, { then, news: 'StartTransaction' });
    this.transaction = transaction;
  }

  ended(now, reason) {
    const transaction = this.transaction;
    this.transaction = null;
    if (transaction === null) return;
    const end = { meterStop: Math.round(this.box.register_wh), timestamp: this.stamp(now), reason };
    // The number is known once the start was answered.
    this.tell('StopTransaction', () => ({ transactionId: transaction.number, ...end }), { news: 'StopTransaction' });
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
    this.tell('MeterValues', () => ({ connectorId: 1, transactionId: transaction.number, meterValue }), { reading: true });
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
        return { status: this.clear_profiles({ id: params.id, level: params.stackLevel, purpose: params.chargingProfilePurpose }) };
      case 'SetChargingProfile': {
        const { chargingProfileId, stackLevel, chargingProfilePurpose, chargingSchedule } = params.csChargingProfiles;
        const why = this.take_profile(chargingProfileId, stackLevel, chargingProfilePurpose, chargingSchedule, now);
        return { status: why === null ? 'Accepted' : 'Rejected' };
      }
      case 'RemoteStartTransaction':
        return { status: this.remote_start(params.idTag, {}, now) };
      case 'RemoteStopTransaction':
        return { status: params.transactionId === this.transaction?.number ? this.remote_stop(now) : 'Rejected' };
      case 'SendLocalList':
        return { status: 'Accepted' };
      case 'ClearCache':
        return { status: 'Rejected' }; // it keeps none
      default:
        return undefined;
    }
  }
}
