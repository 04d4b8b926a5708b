// Packets as they pass, in words and as a file for Wireshark.

import { becomesVisible, capture, watch } from "./api.js";
import { h, number } from "./dom.js";

const shown = 300;

// packets is a card that shows the packets of a device, {client}, or of a link, {link}. What it returns beside the element
// ends it.
export function packets(filter, { running = false } = {}) {
  const list = h("ul", { className: "packets", tabIndex: 0, "aria-label": "Packets" });
  const note = h("p", { className: "note", role: "status" });
  const recorded = h("p", { className: "note" });
  const toggle = h("button", { type: "button", "aria-pressed": "false", onclick: () => (stop ? stop() : begin()) }, "Watch");
  const record = h("button", { type: "button", "aria-pressed": "false", onclick: () => (finish ? finish() : start()) }, "Record");
  const element = h("section", { className: "card" },
    h("div", { className: "title" }, h("h2", {}, "Packets"), h("div", { className: "buttons" }, toggle, record)), note, recorded, list);
  let stop; // ends the watch that is under way
  let finish; // ends the recording

  async function begin() {
    const control = new AbortController();
    stop = () => control.abort();
    pressed(toggle, true, "Stop");
    note.textContent = "";
    while (!control.signal.aborted && note.textContent === "") {
      try {
        await becomesVisible();
        await watch(filter, control.signal, () => { note.textContent = "What passes from now on is shown here."; }, show);
        note.textContent = "The gateway has ended the stream.";
      } catch (err) {
        note.textContent = err.name === "AbortError" ? "" : err.message; // hidden pages watch nothing
      }
    }
    stop = undefined;
    pressed(toggle, false, "Watch");
  }
  function show(p) {
    if (p.lost) list.prepend(h("li", { className: "lost" }, `${p.lost} packets are missing here: they came too fast.`));
    list.prepend(packetItem(p, !filter.client));
    while (list.children.length > shown) list.lastChild.remove();
  }

  // start records until it is pressed again, and then offers the file.
  async function start() {
    const control = new AbortController();
    finish = () => control.abort();
    try {
      const file = await capture(filter, control.signal, (size) => {
        pressed(record, true, "Save recording");
        recorded.textContent = `Recorded: ${number(size)} octets.`;
      });
      save(file, `${filter.client ?? filter.link}.pcapng`);
    } catch (err) {
      note.textContent = err.message;
    }
    finish = undefined;
    recorded.textContent = "";
    pressed(record, false, "Record");
  }

  if (running) begin();
  return {
    element,
    leave() {
      stop?.();
      finish?.();
    },
  };
}

function pressed(button, yes, text) {
  button.setAttribute("aria-pressed", String(yes));
  button.textContent = text;
}

function packetItem(p, withClient) {
  const time = new Date(p.time);
  const clock = `${time.toLocaleTimeString("en-GB")}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  const who = withClient ? h("span", { className: "dim" }, `${p.client ?? p.address} `) : null;
  return h("li", { className: p.direction, title: p.octets.replace(/..(?=.)/g, "$& ").slice(0, 600) },
    h("time", { dateTime: p.time }, clock), h("span", { className: "way" }, p.direction),
    h("span", {}, who, h("code", {}, p.text)));
}

function save(blob, name) {
  const a = h("a", { href: URL.createObjectURL(blob), download: name });
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}
