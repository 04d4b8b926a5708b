// Drives users of MQTT.js by lines of JSON: a question a line comes in, an answer or a message a line goes out, each with
// the number of its user.
//
//	node driver.js DIRECTORY-OF-NODE-MODULES
'use strict';

const [, , modules] = process.argv;
const mqtt = require(require.resolve('mqtt', { paths: [modules] }));
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');

const clients = {};

const text = (value) => (value === undefined ? '' : Buffer.from(value).toString('base64'));

// Bytes travel in base64: JSON has no others.
const packet = (topic, payload, p) => {
  const properties = p.properties || {};
  const [name, value] = Object.entries(properties.userProperties || {})[0] || ['', ''];
  return {
    topic, payload: payload.toString('base64'), qos: p.qos, retain: p.retain,
    responseTopic: properties.responseTopic || '', correlation: text(properties.correlationData),
    contentType: properties.contentType || '', user: [name, String(value)],
  };
};

const options = (m, version) => {
  const o = { qos: m.qos, retain: m.retain };
  if (version === 5) {
    o.properties = {};
    if (m.responseTopic) o.properties.responseTopic = m.responseTopic;
    if (m.correlation) o.properties.correlationData = Buffer.from(m.correlation, 'base64');
    if (m.contentType) o.properties.contentType = m.contentType;
    if (m.user && m.user[0]) o.properties.userProperties = { [m.user[0]]: m.user[1] };
  }
  return o;
};

const verbs = {
  connect(q, done) {
    const o = { clientId: q.client, clean: !q.keep, protocolVersion: q.version, reconnectPeriod: 0 };
    if (q.version === 5 && q.keep) o.properties = { sessionExpiryInterval: 600 };
    if (q.will) o.will = { topic: q.will.topic, payload: Buffer.from(q.will.payload, 'base64'), ...options(q.will, q.version) };
    if (q.ca) o.ca = require('fs').readFileSync(q.ca);
    const client = mqtt.connect(`${q.scheme}://127.0.0.1:${q.port}/mqtt`, o);
    clients[q.user] = client;
    client.on('message', (topic, payload, p) => say({ user: q.user, message: packet(topic, payload, p) }));
    client.on('error', (err) => say({ user: q.user, error: String(err) }));
    client.once('connect', (ack) => done(null, { present: ack.sessionPresent }));
  },
  subscribe: (q, done) => clients[q.user].subscribe(q.filter, { qos: q.qos }, done),
  publish(q, done) {
    const m = q.message;
    clients[q.user].publish(m.topic, Buffer.from(m.payload, 'base64'), options(m, q.version), done);
  },
  leave: (q, done) => clients[q.user].end(false, {}, done),
  lose(q, done) {
    clients[q.user].once('close', () => done());
    clients[q.user].stream.destroy();
  },
};

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const q = JSON.parse(line);
  verbs[q.verb](q, (err, answer) => {
    if (err) say({ user: q.user, error: String(err) });
    else say({ user: q.user, present: Boolean(answer && answer.present) });
  });
});
