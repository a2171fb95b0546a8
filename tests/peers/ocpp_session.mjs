// A whole charging session from npm's `ocpp-rpc` in strict mode, which checks its own calls and our answers against
// the standard's schemas. Says what it saw as JSON lines; the test beside it (tests/e2e/ocpp.py) drives the hub.
//
// usage: ocpp_session.mjs ENDPOINT IDENTITY PROTOCOL [PASSWORD] [CA_FILE]; CERTIFICATE=STEM in the environment: comes with the
// certificate STEM.pem and its key STEM.key
// Commands come as lines on standard input: {"call":["Action",{...}]}, {"obey":false}, {"close":true}
import fs from 'node:fs';
import readline from 'node:readline';
import { createRequire } from 'node:module';
const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc');

const [endpoint, identity, protocol, password, caFile] = process.argv.slice(2);
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const wsOpts = caFile ? { ca: fs.readFileSync(caFile) } : {};
const stem = process.env.CERTIFICATE;
if (stem) Object.assign(wsOpts, { cert: fs.readFileSync(`${stem}.pem`), key: fs.readFileSync(`${stem}.key`) });
const client = new RPCClient({ endpoint, identity, protocols: [protocol], password: password || undefined, strictMode: true,
  reconnect: false, callTimeoutMs: 15000, wsOpts });

const keys = new Map(Object.entries({
  NumberOfConnectors: '1', ChargingScheduleAllowedChargingRateUnit: 'Current', ChargeProfileMaxStackLevel: '3',
  SupportedFeatureProfiles: process.env.FEATURES ?? 'Core,SmartCharging,RemoteTrigger', MeterValueSampleInterval: '60',
  MeterValuesSampledData: 'Energy.Active.Import.Register', WebSocketPingInterval: '0' }));
let cards = 0; // the version of the list of cards
const refusesMany = process.env.REFUSES_MANY === '1';
const answers = {
  GetConfiguration: ({ key: wanted }) => ({ configurationKey: [...keys].filter(([key]) => !wanted || wanted.includes(key)).map(([key, value]) => ({ key, value, readonly: key === 'NumberOfConnectors' })) }),
  ChangeConfiguration: ({ key, value }) => {
    if (key === 'AuthorizationKey' && process.env.NO_KEYS === '1') return { status: 'NotSupported' };
    // A box that takes no more than two measurands, and no state of charge.
    if (refusesMany && key === 'MeterValuesSampledData' && (value.includes('SoC') || value.split(',').length > 3)) return { status: 'Rejected' };
    keys.set(key, value);
    return { status: 'Accepted' };
  },
  TriggerMessage: () => ({ status: 'Accepted' }),
  ClearChargingProfile: () => ({ status: 'Accepted' }),
  SetChargingProfile: () => ({ status: process.env.REFUSES_LIMITS === '1' ? 'Rejected' : 'Accepted' }),
  RemoteStartTransaction: () => ({ status: 'Accepted' }),
  RemoteStopTransaction: () => ({ status: 'Accepted' }),
  UnlockConnector: () => ({ status: protocol === 'ocpp1.6' ? 'NotSupported' : 'UnlockFailed' }),
  Reset: () => ({ status: 'Accepted' }),
  GetLocalListVersion: () => (protocol === 'ocpp1.6' ? { listVersion: cards } : { versionNumber: cards }),
  SendLocalList: ({ listVersion, versionNumber }) => {
    cards = listVersion ?? versionNumber;
    return { status: 'Accepted' };
  },
  ChangeAvailability: () => ({ status: 'Accepted' }),
  ReserveNow: ({ idTag }) => ({ status: idTag === 'BUSY' ? 'Occupied' : 'Accepted' }),
  CancelReservation: () => ({ status: 'Accepted' }),
  CertificateSigned: () => ({ status: 'Accepted' }),
  UpdateFirmware: () => (protocol === 'ocpp1.6' ? {} : { status: 'Accepted' }),
  GetDiagnostics: () => ({ fileName: 'diagnostics.tgz' }),
  GetLog: () => ({ status: 'Accepted', filename: 'log.tgz' }),
  GetCompositeSchedule: ({ connectorId, evseId }) => {
    const periods = [{ startPeriod: 0, limit: 10 }];
    if (protocol === 'ocpp1.6') return { status: 'Accepted', connectorId, scheduleStart: new Date().toISOString(),
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: periods } };
    return { status: 'Accepted', schedule: { evseId, duration: 86400, scheduleStart: new Date().toISOString(), chargingRateUnit: 'A', chargingSchedulePeriod: periods } };
  },
  GetVariables: ({ getVariableData }) => ({ getVariableResult: getVariableData.map(({ component, variable }) => ({ component, variable,
    attributeStatus: 'Accepted', attributeValue: '300' })) }),
  GetBaseReport: ({ requestId }) => {
    setTimeout(() => client.call('NotifyReport', { requestId, generatedAt: new Date().toISOString(), seqNo: 0, tbc: false, reportData: [
      { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'AvailabilityState' }, variableAttribute: [{ value: 'Available', mutability: 'ReadOnly' }] },
      { component: { name: 'SampledDataCtrlr' }, variable: { name: 'TxUpdatedInterval' }, variableAttribute: [{ value: '60', mutability: 'ReadWrite' }] },
      { component: { name: 'SmartChargingCtrlr' }, variable: { name: 'RateUnit' }, variableAttribute: [{ value: 'A,W', mutability: 'ReadOnly' }] } ] })
      .catch((e) => say({ failed: 'NotifyReport', code: e.rpcErrorCode ?? e.message })), 10);
    return { status: 'Accepted' };
  },
  SetVariables: ({ setVariableData }) => ({ setVariableResult: setVariableData.map(({ component, variable }) => ({ component, variable, attributeStatus: 'Accepted' })) }),
  RequestStartTransaction: () => ({ status: 'Accepted' }),
  RequestStopTransaction: () => ({ status: 'Accepted' }),
};
client.handle(({ method, params }) => {
  say({ asked: method, params });
  if (!answers[method]) throw Object.assign(new Error('no'), { rpcErrorCode: 'NotImplemented' });
  return answers[method](params);
});
client.on('strictValidationFailure', (event) => say({ invalid: event.method ?? true, error: String(event.error?.message ?? ''), details: event.error?.details ?? null }));
let connected = false;
client.on('close', ({ code, reason }) => {
  if (!connected) return;  // connect() says why
  say({ closed: code, reason: String(reason) });
  process.exit(0);
});

try {
  await client.connect();
} catch (error) {
  say({ refused: error.code ?? error.message });
  process.exit(0);
}
connected = true;
say({ connected: true });
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const what = JSON.parse(line);
  if (what.close) return void client.close({ force: what.close === 'force' });
  const [method, params] = what.call;
  try {
    say({ answer: method, result: await client.call(method, params) });
  } catch (error) {
    say({ failed: method, code: error.rpcErrorCode ?? error.message });
  }
});
lines.on('close', () => client.close({ force: true }));
