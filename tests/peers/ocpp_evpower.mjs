// A charger of npm's `@evpower/ocpp-ts` (1.6): checks what the hub asks of it against schemas of its own, and answers nothing
// that breaks one. Driven as ocpp_session.mjs is.
//
// usage: ocpp_evpower.mjs ENDPOINT IDENTITY ocpp1.6 [PASSWORD]
import { createRequire } from 'node:module';
import { answers, obey, say } from './charger_lines.mjs';
const { OcppClient } = createRequire(import.meta.url)('@evpower/ocpp-ts');

const [endpoint, identity, , password] = process.argv.slice(2);
// What breaks a schema it answers with an error, and tells nobody but the other side.
console.error = (...what) => say({ invalid: true, error: what.map(String).join(' ') });
const box = new OcppClient(identity, 15000);
let connected = false;
for (const [method, answer] of Object.entries(answers)) {
  box.on(method, (params, reply) => {
    say({ asked: method, params });
    reply(answer(params));
  });
}
box.on('error', (error) => {
  if (!connected) {
    say({ refused: error.message });
    process.exit(0);
  }
});
box.on('close', (code, reason) => {
  if (!connected) return;
  say({ closed: code, reason: String(reason) });
  process.exit(0);
});
box.on('connect', () => {
  connected = true;
  say({ connected: true });
  obey((method, params) => box.callRequest(method, params), () => box.close());
});
box.connect(`${endpoint}/`, password ? { Authorization: 'Basic ' + Buffer.from(`${identity}:${password}`).toString('base64') } : {});
