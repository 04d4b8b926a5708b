// The gateway's API, as /api/v1/openapi.yaml describes it.

const tokenKey = "mqttsn-gateway-token";
let asking; // the question for the token that is open

function headers(more = {}) {
  const token = sessionStorage.getItem(tokenKey);
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

// call makes a request, and returns the answer. It throws an Error with the gateway's reason.
async function call(method, path, body) {
  const answer = await fetch(path, { method, headers: headers(), body: body && JSON.stringify(body) });
  if (answer.status === 401) {
    await answer.body.cancel(); // or it would keep one of the few connections that a browser makes
    await askForToken();
    return call(method, path, body);
  }
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? answer.statusText);
  return value;
}

export const get = (path) => call("GET", `api/v1/${path}`);
export const post = (path, body) => call("POST", `api/v1/${path}`, body);

// query makes a query string of what is not empty.
export function query(params) {
  const set = Object.entries(params).filter(([, v]) => v !== "" && v != null && v !== 0);
  return set.length ? `?${new URLSearchParams(set)}` : "";
}

function askForToken() {
  asking ??= new Promise((done) => {
    const dialog = document.getElementById("token");
    const input = dialog.querySelector("input");
    input.value = "";
    dialog.addEventListener("cancel", (e) => e.preventDefault());
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(tokenKey, input.value);
      asking = undefined;
      done();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

// open makes a request whose answer goes on, until signal says stop.
async function open(path, more, signal) {
  const answer = await fetch(`api/v1/${path}`, { headers: headers(more), signal });
  if (answer.status === 401) {
    await answer.body.cancel();
    await askForToken();
    return open(path, more, signal);
  }
  if (!answer.ok) throw new Error((await answer.json()).error ?? answer.statusText);
  return answer.body;
}

// objects hands on what is in the data of server-sent events. The browser's EventSource would do, if it could send a token.
async function objects(body, onObject) {
  let text = "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (text + part.value).split("\n\n");
    text = blocks.pop();
    for (const data of blocks.map((b) => b.match(/^data: (.*)$/m)?.[1]).filter(Boolean)) onObject(JSON.parse(data));
  }
}

// whileVisible is a signal that says stop when the page is hidden: a browser makes six connections for all of its tabs.
function whileVisible() {
  const control = new AbortController();
  const { signal } = control;
  document.addEventListener("visibilitychange", () => document.hidden && control.abort(), { signal });
  return signal;
}

// becomesVisible waits until the page is.
export async function becomesVisible() {
  while (document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
}

// tail hands events to onEvent as they happen, and says through onState whether it is connected. It never ends.
export async function tail(onEvent, onState) {
  let last = "";
  for (;;) {
    try {
      await becomesVisible();
      const body = await open("events/stream", last ? { "Last-Event-ID": last } : {}, whileVisible());
      onState(true);
      await objects(body, (event) => {
        last = String(event.seq);
        onEvent(event);
      });
    } catch {
      // the gateway is away: it is tried again
    }
    onState(false);
    await new Promise((again) => setTimeout(again, 2000));
  }
}

// watch hands packets to onPacket as they pass, until signal says stop or the page is hidden. It calls onOpen when it
// misses nothing any more.
export async function watch(filter, signal, onOpen, onPacket) {
  const body = await open(`trace/stream${query(filter)}`, {}, AbortSignal.any([signal, whileVisible()]));
  onOpen();
  await objects(body, onPacket);
}

const maxCapture = 64 << 20; // octets

// capture collects packets as a pcapng file until signal says stop, and returns it as a Blob. It tells onSize how many
// octets there are, from the moment on that nothing is missed any more.
export async function capture(filter, signal, onSize) {
  const chunks = [];
  let size = 0;
  try {
    const reader = (await open(`trace.pcapng${query(filter)}`, {}, signal)).getReader();
    for (let part = await reader.read(); !part.done && size < maxCapture; part = await reader.read()) {
      chunks.push(part.value);
      size += part.value.length;
      onSize(size);
    }
  } catch (err) {
    if (err.name !== "AbortError") throw err;
  }
  return new Blob([await wholeBlocks(new Blob(chunks))], { type: "application/x-pcapng" });
}

// wholeBlocks leaves out the last block of a capture if its end is missing. A block's length is at its fifth octet.
async function wholeBlocks(blob) {
  const view = new DataView(await blob.arrayBuffer());
  let end = 0;
  while (end + 8 <= view.byteLength) {
    const next = end + view.getUint32(end + 4, true);
    if (next === end || next > view.byteLength) break;
    end = next;
  }
  return view.buffer.slice(0, end);
}
