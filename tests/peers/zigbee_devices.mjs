// Writes the retained message `bridge/devices` of a Zigbee2MQTT that knows every device its converters support,
// one device for each definition.
//
//   node zigbee_devices.mjs OUTPUT.json [--every N]
//
// The objects are those that Zigbee2MQTT itself publishes: the exposes of the definition for a device that is
// not there, and its own `linkquality`. Prints one line: definitions, exposes, bytes.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';

const require = createRequire(import.meta.url);
const converters = require('zigbee-herdsman-converters');
const folder = path.join(path.dirname(require.resolve('zigbee-herdsman-converters')), 'devices');

const [output, option, number] = process.argv.slice(2);
if (!output || (option && (option !== '--every' || !(Number(number) >= 1)))) {
  console.error('usage: zigbee_devices.mjs OUTPUT.json [--every N]');
  process.exit(2);
}
const every = option ? Number(number) : 1;

const linkquality = {
  name: 'linkquality', label: 'Linkquality', property: 'linkquality', type: 'numeric', access: 1, unit: 'lqi',
  value_min: 0, value_max: 255, category: 'diagnostic', description: 'Link quality (signal strength)',
};

function* definitions() {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.js') && file !== 'index.js').sort();
  for (const file of files) yield* require(path.join(folder, file)).definitions ?? [];
}

let seen = 0;
let exposes = 0;
const devices = [{
  ieee_address: '0x00124b00ffffffff', type: 'Coordinator', friendly_name: 'Coordinator', network_address: 0,
  supported: true, disabled: false, definition: null, endpoints: {},
}];
for (const raw of definitions()) {
  if (seen++ % every !== 0) continue;
  const definition = converters.prepareDefinition(raw);
  const own = typeof definition.exposes === 'function'
    ? definition.exposes({isDummyDevice: true}, {})
    : definition.exposes;
  const number = devices.length;
  const ieee = '0xa0000000' + number.toString(16).padStart(8, '0');
  exposes += own.length + 1;
  devices.push({
    ieee_address: ieee,
    type: 'EndDevice',
    network_address: number & 0xffff,
    supported: true,
    friendly_name: `device ${number}`,
    disabled: false,
    definition: {
      source: 'native',
      model: definition.model,
      vendor: definition.vendor,
      description: definition.description,
      exposes: [...own, linkquality],
      options: definition.options ?? [],
      supports_ota: Boolean(definition.ota),
      version: definition.version,
    },
    power_source: 'Battery',
    model_id: definition.zigbeeModel?.[0] ?? definition.fingerprint?.[0]?.modelID ?? definition.model,
    manufacturer: definition.vendor,
    interviewing: false,
    interview_completed: true,
    interview_state: 'SUCCESSFUL',
    endpoints: {},
  });
}
const text = JSON.stringify(devices);
fs.writeFileSync(output, text);
console.log(JSON.stringify({definitions: devices.length - 1, exposes, bytes: Buffer.byteLength(text)}));
