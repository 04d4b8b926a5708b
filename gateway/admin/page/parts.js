// What several views show.

import { clock, fill, h } from "./dom.js";

export const link = (id) => `#/devices/${encodeURIComponent(id)}`;

// state shows a device's state, and until when it lasts.
export function state(d) {
  const text = d.connecting ? "connecting" : d.state === "asleep" ? `asleep until ${clock(d.sleeps_until)}` : d.state;
  return h("span", { className: `state ${d.state}` }, d.stalled ? `${text}, does not answer` : text);
}

export function eventItem(e, withClient = true) {
  const what = h("span", { className: "what" }, e.event);
  const isClient = e.event.startsWith("client") || (e.event === "disconnected by the operator" && !e.link);
  const who = withClient && e.client ? h("a", { href: isClient ? "#/clients" : link(e.client) }, e.client) : null;
  const where = [e.link, e.address].filter(Boolean).join(" ");
  const rest = h("span", { className: "dim" }, [where, e.detail].filter(Boolean).join(", "));
  const line = h("span", {}, what, " ", who, who ? " " : "", rest);
  return h("li", { className: e.level }, h("time", { dateTime: e.time }, clock(e.time)), line);
}

// eventList shows events, the newest first.
export function eventList(list, events, withClient) {
  if (events.length === 0) fill(list, h("li", { className: "dim" }, "Nothing happened lately."));
  else fill(list, ...events.toReversed().map((e) => eventItem(e, withClient)));
}

// sure asks before something is done.
export function sure(question) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-text").textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

// pager shows which part of a list is seen, and goes to others.
export function pager(size, go) {
  const text = h("span", { className: "dim" });
  const back = h("button", { type: "button", onclick: () => go(-size) }, "Previous");
  const on = h("button", { type: "button", onclick: () => go(size) }, "Next");
  const element = h("div", { className: "buttons" }, back, on, text);
  const show = (offset, shown, total) => {
    back.disabled = offset === 0;
    on.disabled = offset + shown >= total;
    text.textContent = total === 0 ? "none" : `${offset + 1} to ${offset + shown} of ${total}`;
    back.hidden = on.hidden = total <= size;
  };
  return { element, show };
}

// later calls f when nothing has been typed for a moment.
export function later(f) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(f, 200);
  };
}
