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

// tail hands events to onEvent as they happen, and says through onState whether it is connected. It never ends. The
// browser's EventSource would do, if it could send a token.
export async function tail(onEvent, onState) {
  let last = "";
  for (;;) {
    try {
      const answer = await fetch("api/v1/events/stream", { headers: headers(last ? { "Last-Event-ID": last } : {}) });
      if (answer.status === 401) {
        await askForToken();
        continue;
      }
      if (!answer.ok) throw new Error(answer.statusText);
      onState(true);
      let text = "";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const blocks = (text + part.value).split("\n\n");
        text = blocks.pop();
        for (const data of blocks.map((b) => b.match(/^data: (.*)$/m)?.[1]).filter(Boolean)) {
          const event = JSON.parse(data);
          last = String(event.seq);
          onEvent(event);
        }
      }
    } catch {
      // the gateway is away: it is tried again
    }
    onState(false);
    await new Promise((again) => setTimeout(again, 2000));
  }
}
