import { get, post, query } from "./api.js";
import { ago, h, number, plural, Table } from "./dom.js";
import { later, pager, sure } from "./parts.js";

const size = 100;

// clients shows the ordinary MQTT clients of the built-in broker.
export function clients(root) {
  document.title = "Clients";
  const heading = h("h1", {}, "Clients");
  const text = h("input", { type: "search", placeholder: "client id", oninput: later(() => { offset = 0; refresh(); }) });
  const table = new Table((c) => c.id, [
    { name: "Client", value: (c) => c.id },
    { name: "State", value: (c) => h("span", { className: `state ${c.connected ? "up" : "disconnected"}` }, c.connected ? "connected" : `gone ${ago(c.gone_since)}`) },
    { name: "Address", value: (c) => c.address, wide: true },
    { name: "MQTT", value: (c) => c.version, wide: true, keep: true },
    { name: "Subscriptions", value: (c) => number(c.subscriptions), num: true, wide: true },
    { name: "Queue", value: (c) => number(c.queued + c.in_flight), num: true },
    { name: "Dropped", value: (c) => number(c.dropped), num: true, wide: true },
    { name: "", value: button, num: true },
  ]);
  const pages = pager(size, (by) => {
    offset = Math.max(0, offset + by);
    refresh();
  });
  root.append(heading, h("div", { className: "bar" }, h("label", { className: "grow" }, "Search ( / )", text)),
    h("section", { className: "card" }, table.element), pages.element);
  table.body.addEventListener("click", (e) => {
    const id = e.target.closest("button")?.value;
    if (id !== undefined) kick(id);
  });

  let offset = 0;
  async function kick(id) {
    if (!(await sure(`Disconnect ${id}?`))) return;
    await post(`clients/${encodeURIComponent(id)}/kick`).catch(() => {}); // it went by itself
    refresh();
  }
  async function refresh() {
    const list = await get(`clients${query({ q: text.value, offset, limit: size })}`);
    heading.textContent = plural(list.total, "MQTT client");
    table.show(list.clients);
    pages.show(list.offset, list.clients.length, list.total);
  }
  return { refresh };
}

function button(c) {
  return c.connected ? h("button", { type: "button", value: c.id, "aria-label": `Disconnect ${c.id}` }, "Disconnect") : "";
}
