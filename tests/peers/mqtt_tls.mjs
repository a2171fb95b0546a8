// npm's `mqtt` over TLS: FOXTAIL_MQTTS (mqtts://127.0.0.1:PORT), FOXTAIL_CA (file). Says "heard" once its own message came back.
import { readFileSync } from "node:fs";
import mqtt from "mqtt";

const ca = readFileSync(process.env.FOXTAIL_CA);
for (const protocolVersion of [4, 5]) {
  const client = await mqtt.connectAsync(process.env.FOXTAIL_MQTTS, { ca, protocolVersion, connectTimeout: 10000 });
  const topic = `tls/version-${protocolVersion}`;
  const payload = Buffer.alloc(300_000, String(protocolVersion));
  const back = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("nothing came back")), 15000).unref();
    client.on("message", (_, bytes) => resolve(bytes));
  });
  await client.subscribeAsync(topic, { qos: 1 });
  await client.publishAsync(topic, payload, { qos: 1 });
  if (!payload.equals(await back)) throw new Error("other bytes came back");
  await client.endAsync();
}
// Without the household's authority nothing is trusted.
const refused = await mqtt.connectAsync(process.env.FOXTAIL_MQTTS, { reconnectPeriod: 0, connectTimeout: 5000 }).then(
  () => "connected",
  (error) => error.code ?? String(error),
);
if (refused === "connected") throw new Error("an unknown authority was trusted");
console.log("heard");
