import { get, query } from "./api.js";
import { ago, h, number, plural, Table } from "./dom.js";
import { later, link, pager, state } from "./parts.js";

const size = 100;

// devices shows the table of devices, searched and page by page.
export function devices(root, params) {
  document.title = "Devices";
  const onLink = params.get("link") ?? "";
  const heading = h("h1", {}, "Devices");
  const text = h("input", { type: "search", value: params.get("q") ?? "", placeholder: "client id or address", oninput: later(search) });
  const states = ["", "active", "awake", "asleep", "lost", "disconnected"].map((s) =>
    h("option", { value: s, selected: s === (params.get("state") ?? "") }, s || "any"));
  const chosen = h("select", { onchange: search }, ...states);
  const table = new Table((d) => d.id, [
    { name: "Device", value: (d) => h("a", { href: link(d.id) }, d.id) },
    { name: "State", value: state },
    { name: "Heard", value: (d) => ago(d.last_heard), keep: true, wide: true },
    { name: "Link", value: (d) => d.link, wide: true },
    { name: "Address", value: (d) => d.address, wide: true },
    { name: "Queue", value: (d) => number(d.queued + d.in_flight), num: true },
    { name: "Up", value: (d) => number(d.counters.published_up), num: true, wide: true },
    { name: "Down", value: (d) => number(d.counters.published_down), num: true, wide: true },
    { name: "Again", value: (d) => number(d.counters.retransmissions), num: true, wide: true },
    { name: "Dropped", value: (d) => number(d.counters.dropped), num: true, wide: true },
  ]);
  const pages = pager(size, (by) => {
    offset = Math.max(0, offset + by);
    refresh();
  });
  root.append(h("div", { className: "title" }, heading, h("a", { href: "#/approvals" }, "Approvals")),
    h("div", { className: "bar" }, h("label", { className: "grow" }, "Search ( / )", text), h("label", {}, "State", chosen)),
    h("section", { className: "card" }, table.element), pages.element);

  let offset = 0;
  let asked = 0;
  function search() {
    offset = 0;
    history.replaceState(null, "", `#/devices${query({ q: text.value, state: chosen.value, link: onLink })}`);
    refresh();
  }

  async function refresh() {
    const mine = ++asked;
    const list = await get(`devices${query({ q: text.value, state: chosen.value, link: onLink, offset, limit: size })}`);
    if (mine !== asked) return; // something else was asked meanwhile
    heading.textContent = plural(list.total, "device") + (onLink && ` on ${onLink}`);
    table.show(list.devices);
    pages.show(list.offset, list.devices.length, list.total);
  }
  return { refresh };
}
