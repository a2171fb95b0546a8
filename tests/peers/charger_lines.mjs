// How tests/e2e/ocpp_charger.py drives a charger of another's code: JSON lines, as in ocpp_session.mjs.
import readline from 'node:readline';

export const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');

const keys = new Map(Object.entries({ NumberOfConnectors: '1', ChargingScheduleAllowedChargingRateUnit: 'Current', ChargeProfileMaxStackLevel: '3',
  SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger', MeterValueSampleInterval: '60', WebSocketPingInterval: '0',
  MeterValuesSampledData: 'Energy.Active.Import.Register,Current.Import,Power.Active.Import,Voltage' }));
const accepted = () => ({ status: 'Accepted' });

/** What a plain box of 1.6 answers. */
export const answers = {
  GetConfiguration: () => ({ configurationKey: [...keys].map(([key, value]) => ({ key, value, readonly: key === 'NumberOfConnectors' })) }),
  ChangeConfiguration: ({ key, value }) => (keys.set(key, value), accepted()),
  TriggerMessage: accepted,
  ClearChargingProfile: accepted,
  SetChargingProfile: accepted,
  RemoteStartTransaction: accepted,
  RemoteStopTransaction: accepted,
  ChangeAvailability: accepted,
  Reset: accepted,
};

/** Carries out the commands of standard input: `call(method, params)` gives the hub's answer, `close()` ends the line. */
export function obey(call, close) {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', async (line) => {
    const what = JSON.parse(line);
    if (what.close) return void close();
    const [method, params] = what.call;
    try {
      say({ answer: method, result: await call(method, params) });
    } catch (error) {
      say({ failed: method, code: error.code ?? error.message ?? String(error) });
    }
  });
  lines.on('close', () => process.exit(0));
}
