// npm's `ocpp-rpc` as a central system, to measure ours against. Prints its port.
import { createRequire } from 'node:module';
const { RPCServer } = createRequire(import.meta.url)('ocpp-rpc');

const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
server.on('client', (client) => {
  client.handle('BootNotification', () => ({ status: 'Accepted', interval: 300, currentTime: new Date().toISOString() }));
  client.handle('Heartbeat', () => ({ currentTime: new Date().toISOString() }));
  client.handle('MeterValues', () => ({}));
});
const http = await server.listen(0, '127.0.0.1');
console.log(http.address().port);
