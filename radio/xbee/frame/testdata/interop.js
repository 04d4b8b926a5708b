// Parses frames with the npm package xbee-api, and builds them again where it can.
//
// Standard input has a JSON object a line: {"mode": 1 or 2, "line": hex of one frame on the line}. For each, standard
// output gets {"fields": what the package has parsed, or null if it knows the type not, "built": hex or null}.
'use strict';

const {XBeeAPI} = require(process.argv[2] + '/node_modules/xbee-api');

// Buffers become hex, in the object and all that it holds.
function plain(v) {
  if (Buffer.isBuffer(v)) return v.toString('hex');
  if (Array.isArray(v)) return v.map(plain);
  if (v && typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, w]) => [k, plain(w)]));
  return v;
}

function check({mode, line}) {
  const api = new XBeeAPI({api_mode: mode, convert_adc: false});
  const answer = {fields: null, built: null, frames: 0};
  let parsed;
  api.on('frame_object', frame => { answer.frames++; parsed = frame; answer.fields = plain(frame); });
  api.on('frame_raw', () => { answer.frames++; });
  api.parseRaw(Buffer.from(line, 'hex'));
  if (parsed && api.canBuild(parsed.type)) answer.built = api.buildFrame(parsed).toString('hex');
  return answer;
}

require('readline').createInterface({input: process.stdin}).on('line', text => {
  console.log(JSON.stringify(check(JSON.parse(text))));
});
