// A wallbox in the words of OCPP 2.0.1. A transaction begins with the cable or the card, whichever comes first, and ends with the
// cable or when somebody stops it; what became of it without a network is told later, marked as such.
import { randomUUID } from 'node:crypto';
import { volts } from './wallbox_physics.mjs';
import { Station } from './wallbox_station.mjs';

const evse = { id: 1, connectorId: 1 };
const can_measure = ['Energy.Active.Import.Register', 'Current.Import', 'Power.Active.Import', 'Voltage']; // over AC no car says how full it is
const charging_states = { Preparing: 'EVConnected', Finishing: 'EVConnected', Charging: 'Charging', SuspendedEV: 'SuspendedEV',
  SuspendedEVSE: 'SuspendedEVSE' };
const stop_triggers = { EVDisconnected: 'EVCommunicationLost', Local: 'StopAuthorized', Remote: 'RemoteStop', Timeout: 'EVConnectTimeout',
  DeAuthorized: 'Deauthorized' };

const contexts = { Started: 'Transaction.Begin', Updated: 'Other', Ended: 'Transaction.End' };

const read_only = (value) => ({ value, mutability: 'ReadOnly' });
const writable = (value) => ({ value, mutability: 'ReadWrite' });

function variables_of(box) {
  return new Map(Object.entries({
    'OCPPCommCtrlr.HeartbeatInterval': writable('300'), 'OCPPCommCtrlr.WebSocketPingInterval': writable('0'),
    'SampledDataCtrlr.TxUpdatedInterval': writable('60'), 'SampledDataCtrlr.TxUpdatedMeasurands': writable(can_measure[0]),
    'SampledDataCtrlr.TxStartedMeasurands': writable(can_measure[0]), 'SampledDataCtrlr.TxEndedMeasurands': writable(can_measure[0]),
    'SmartChargingCtrlr.RateUnit': read_only('A'), 'SmartChargingCtrlr.ProfileStackLevel': read_only('3'),
    'SmartChargingCtrlr.Phases3to1': read_only(String(box.switches !== 'no')),
    'TxCtrlr.EVConnectionTimeOut': writable('60'),
    'TxCtrlr.TxStartPoint': read_only('EVConnected,Authorized'), 'TxCtrlr.TxStopPoint': read_only('EVConnected,Authorized'),
    'LocalAuthListCtrlr.Available': read_only('false'), 'AuthCacheCtrlr.Available': read_only('false'),
    'SecurityCtrlr.BasicAuthPassword': { value: '', mutability: 'WriteOnly' } }));
}

export class Station201 extends Station {
  constructor(box) {
    super(box);
    this.variables = variables_of(box);
  }

  connect_ms() {
    return Number(this.variables.get('TxCtrlr.EVConnectionTimeOut').value) * 1000;
  }

  boot() {
    return { reason: 'PowerUp', chargingStation: { vendorName: 'Peer', model: 'Physics 11' } };
  }

  connector_word() {
    return this.status === 'Available' ? 'Available' : 'Occupied';
  }

  tell_status(now) {
    this.tell('StatusNotification', { timestamp: this.stamp(now), connectorStatus: this.connector_word(), evseId: 1, connectorId: 1 });
  }

  /** The connector says only whether it is free; the transaction tells the rest. */
  became(before, now) {
    const changed = (before === 'Available') !== (this.status === 'Available');
    if (changed && this.tells_states()) this.tell_status(now);
    const tx = this.transaction;
    if (tx !== null && this.box.car !== null && tx.state !== this.charging_state())
      this.event('Updated', 'ChargingStateChanged', now);
  }

  charging_state() {
    if (this.box.car === null) return 'Idle';
    return this.box.open ? charging_states[this.status] : 'EVConnected';
  }

  measurands(when) {
    return this.variables.get(`SampledDataCtrlr.Tx${when}Measurands`).value.split(',');
  }

  sampled(when, context) {
    const wanted = this.measurands(when);
    const out = [];
    const add = (measurand, value, unit, phase) => {
      if (wanted.includes(measurand)) out.push({ value, measurand, context, ...(phase && { phase }), unitOfMeasure: { unit } });
    };
    add('Energy.Active.Import.Register', Math.round(this.box.register_wh) / 1000, 'kWh');
    for (const [n, amps] of this.box.amps.entries()) {
      add('Current.Import', Number(amps.toFixed(1)), 'A', `L${n + 1}`);
      add('Power.Active.Import', Math.round(amps * volts) / 1000, 'kW', `L${n + 1}-N`);
      add('Voltage', volts, 'V', `L${n + 1}-N`);
    }
    return out;
  }

  event(eventType, triggerReason, now, { card, remote_id, stopped, then, context = contexts[eventType], reading = false } = {}) {
    const tx = this.transaction;
    tx.state = this.charging_state();
    const sampledValue = this.sampled(eventType, context);
    const info = { transactionId: tx.id, chargingState: tx.state, ...(stopped && { stoppedReason: stopped }),
      ...(remote_id !== undefined && { remoteStartId: remote_id }) };
    this.tell('TransactionEvent', { eventType, triggerReason, timestamp: this.stamp(now), seqNo: tx.sequence++, offline: this.away,
      transactionInfo: info, evse, ...(card !== undefined && { idToken: token_of(card, remote_id) }),
      ...(sampledValue.length > 0 && { meterValue: [{ timestamp: this.stamp(now), sampledValue }] }) },
    { then, reading, news: eventType === 'Updated' ? undefined : eventType });
  }

  cable_in(now) {
    const begins = this.transaction === null;
    this.transaction ??= new_transaction();
    this.event(begins ? 'Started' : 'Updated', 'CablePluggedIn', now);
  }

  /** What is done with the hub's word on the card. */
  judge(tx) {
    return ({ idTokenInfo }) => {
      if (idTokenInfo !== undefined && tx === this.transaction) this.judged(idTokenInfo, Date.now());
    };
  }

  authorized(card, now, { remote = false, remote_id }) {
    if (!remote) this.tell('Authorize', { idToken: token_of(card) });
    const [trigger, begins] = [remote ? 'RemoteStart' : 'Authorized', this.transaction === null];
    this.transaction ??= new_transaction();
    const then = this.judge(this.transaction);
    this.event(begins ? 'Started' : 'Updated', trigger, now, { card, remote_id, then });
  }

  card_first({ card, ...how }, now) {
    this.authorized(card, now, how);
  }

  began(card, now, how) {
    if (!how.known) this.authorized(card, now, how); // else it began with the card
  }

  ended(now, reason) {
    const tx = this.transaction;
    if (tx === null) return;
    this.event('Ended', stop_triggers[reason], now, { stopped: reason });
    this.transaction = null;
  }

  meter(now) {
    if (this.transaction === null || !this.box.open) return;
    this.event('Updated', 'MeterValuePeriodic', now, { context: 'Sample.Periodic', reading: true });
  }

  // ---- what the hub asks ----

  report(requestId, now) {
    const rows = [...this.variables].map(([key, { value, mutability }]) => {
      const [component, variable] = key.split('.');
      return { component: { name: component }, variable: { name: variable },
        variableAttribute: [mutability === 'WriteOnly' ? { mutability } : { value, mutability }] };
    });
    rows.push({ component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'AvailabilityState' },
      variableAttribute: [{ value: this.connector_word(), mutability: 'ReadOnly' }] });
    const half = Math.ceil(rows.length / 2);
    for (const [seqNo, reportData] of [rows.slice(0, half), rows.slice(half)].entries())
      this.tell('NotifyReport', { requestId, generatedAt: this.stamp(now), seqNo, tbc: seqNo === 0, reportData });
  }

  get_variable({ component, variable }) {
    const known = this.variables.get(`${component.name}.${variable.name}`);
    const status = known === undefined ? 'UnknownVariable' : known.mutability === 'WriteOnly' ? 'Rejected' : 'Accepted';
    return { component, variable, attributeStatus: status, ...(status === 'Accepted' && { attributeValue: known.value }) };
  }

  set_variable({ component, variable, attributeValue }) {
    const key = `${component.name}.${variable.name}`;
    const known = this.variables.get(key);
    const answered = (attributeStatus) => ({ component, variable, attributeStatus });
    if (known === undefined) return answered('UnknownVariable');
    if (known.mutability === 'ReadOnly') return answered('Rejected');
    if (key.endsWith('Measurands') && !attributeValue.split(',').every((one) => can_measure.includes(one))) return answered('Rejected');
    if (key === 'SecurityCtrlr.BasicAuthPassword') this.password = attributeValue;
    known.value = attributeValue;
    return answered('Accepted');
  }

  triggered(what, now) {
    const tx = this.transaction;
    if (what === 'StatusNotification') this.tell_status(now);
    else if (what === 'TransactionEvent' && tx !== null) this.event('Updated', 'Trigger', now, { context: 'Trigger' });
    else if (what === 'MeterValues')
      this.tell('MeterValues', { evseId: 1, meterValue: [{ timestamp: this.stamp(now), sampledValue: this.sampled('Updated', 'Trigger') }] });
    else return 'NotImplemented';
    return 'Accepted';
  }

  transaction_status(id) {
    const waits = this.queue.some(({ method, params }) => method === 'TransactionEvent' && (id === undefined || params.transactionInfo.transactionId === id));
    return { messagesInQueue: waits, ...(id !== undefined && { ongoingIndicator: this.transaction?.id === id }) };
  }

  set_profile({ id, stackLevel, chargingProfilePurpose, chargingSchedule: [schedule] }, now) {
    const why = this.take_profile(id, stackLevel, chargingProfilePurpose, schedule, now);
    return why === null ? { status: 'Accepted' } : { status: 'Rejected', statusInfo: { reasonCode: why } };
  }

  /** The answer to a call of the hub's; undefined when it is not known here. */
  answer(method, params, now) {
    switch (method) {
      case 'GetBaseReport':
        this.report(params.requestId, now);
        return { status: 'Accepted' };
      case 'GetVariables':
        return { getVariableResult: params.getVariableData.map((one) => this.get_variable(one)) };
      case 'SetVariables':
        return { setVariableResult: params.setVariableData.map((one) => this.set_variable(one)) };
      case 'TriggerMessage':
        return { status: this.triggered(params.requestedMessage, now) };
      case 'ClearChargingProfile':
        return { status: this.clear_profiles({ id: params.chargingProfileId, level: params.chargingProfileCriteria?.stackLevel,
          purpose: params.chargingProfileCriteria?.chargingProfilePurpose }) };
      case 'SetChargingProfile':
        return this.set_profile(params.chargingProfile, now);
      case 'RequestStartTransaction': {
        const running = this.transaction?.id;
        const status = this.remote_start(params.idToken.idToken, { remote_id: params.remoteStartId }, now);
        return { status, ...(running !== undefined && { transactionId: running }) };
      }
      case 'RequestStopTransaction':
        return { status: params.transactionId === this.transaction?.id ? this.remote_stop(now) : 'Rejected' };
      case 'GetTransactionStatus':
        return this.transaction_status(params.transactionId);
      case 'ClearCache':
        return { status: 'Rejected' }; // it keeps none
      default:
        return undefined;
    }
  }
}

function new_transaction() {
  return { id: randomUUID(), sequence: 0, state: null };
}

function token_of(card, remote_id) {
  return { idToken: card, type: remote_id === undefined ? 'ISO14443' : 'Central' };
}
