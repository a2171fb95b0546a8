// A charger of npm's `em-ocpp-chargepoint-simulator` (1.6). What it has no script for it never answers: no error, nothing. To the
// hub it is a box that takes a SetChargingProfile and keeps silent. Driven as ocpp_session.mjs is.
//
// usage: ocpp_scriptable.mjs ENDPOINT IDENTITY ocpp1.6 [PASSWORD]
import { createRequire } from 'node:module';
import { answers, obey, say } from './charger_lines.mjs';
const { chargepointFactory } = createRequire(import.meta.url)('em-ocpp-chargepoint-simulator/build/src/chargepoint.js');

const [endpoint, identity, , password] = process.argv.slice(2);
const url = new URL(`${endpoint}/${identity}`);
if (password) [url.username, url.password] = [identity, password];

let box;
try {
  box = await chargepointFactory(url.href, identity);
} catch (error) {
  say({ refused: error.message });
  process.exit(0);
}
box.onClose(() => {
  say({ closed: 1005 });
  process.exit(0);
});
const answer = (method) => ({ uniqueId, payload }) => {
  say({ asked: method, params: payload });
  box.sendResponse(uniqueId, answers[method](payload));
};
for (const method of ['GetConfiguration', 'ChangeConfiguration', 'ClearChargingProfile', 'RemoteStartTransaction', 'RemoteStopTransaction',
  'ChangeAvailability', 'Reset'])
  box[`answer${method}`](answer(method));
for (const wanted of ['BootNotification', 'StatusNotification', 'MeterValues']) box.answerTriggerMessage(wanted, answer('TriggerMessage'));

const calls = { BootNotification: 'sendBootnotification', Heartbeat: 'sendHeartbeat', StatusNotification: 'sendStatusNotification',
  Authorize: 'sendAuthorize', StartTransaction: 'startTransaction', MeterValues: 'meterValues', StopTransaction: 'stopTransaction',
  FirmwareStatusNotification: 'sendFirmwareStatusNotification', DiagnosticsStatusNotification: 'sendDiagnosticsStatusNotification' };
say({ connected: true });
obey((method, params) => box[calls[method]](params), () => box.close());
