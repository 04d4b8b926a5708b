import { get } from "./api.js";
import { ago, fill, h, number, Table } from "./dom.js";
import { packets } from "./packets.js";
import { link as linkTo } from "./parts.js";

// link shows one link: of a radio, the nodes that its modem knows.
export function link(root, _, name) {
  document.title = name;
  const facts = h("dl");
  const nodes = new Table((n) => n.address, [
    { name: "Node", value: (n) => n.name || n.address },
    { name: "Address", value: (n) => n.address, wide: true },
    { name: "Signal", value: signal, num: true, keep: true },
    { name: "Heard", value: (n) => (n.heard ? ago(n.heard) : "never"), keep: true },
    { name: "In", value: (n) => number(n.received), num: true, wide: true },
    { name: "Out", value: (n) => number(n.sent), num: true, wide: true },
    { name: "Lost", value: lost, num: true },
    { name: "Retries", value: (n) => number(n.retries), num: true, wide: true },
    { name: "Devices", value: (n) => h("span", {}, ...n.devices.flatMap((id) => [h("a", { href: linkTo(id) }, id), " "])) },
    { name: "Last error", value: (n) => n.last_error, wide: true },
  ]);
  const network = h("section", { className: "card", hidden: true }, h("h2", {}, "Nodes"), nodes.element);
  const passing = packets({ link: name });
  root.append(h("h1", {}, name), h("section", { className: "card" }, facts), network, passing.element);

  async function refresh() {
    const l = (await get("links")).links.find((one) => one.name === name);
    if (!l) throw new Error("there is no link of this name");
    const rows = {
      Type: l.type,
      State: h("span", { className: `state ${l.up ? "up" : "down"}` }, l.up ? "up" : `down since ${ago(l.down_since)}${l.problem ? `: ${l.problem}` : ""}`),
      Modem: l.modem,
      Devices: h("a", { href: `#/devices?link=${encodeURIComponent(name)}` }, number(l.devices)),
      Datagrams: `${number(l.received)} in, ${number(l.sent)} out, of at most ${number(l.mtu)} octets`,
      Losses: `${number(l.dropped)} malformed, ${number(l.undelivered)} undelivered, ${number(l.downs)} times down`,
    };
    fill(facts, ...Object.entries(rows).filter(([, v]) => v).flatMap(([key, v]) => [h("dt", {}, key), h("dd", {}, v)]));
    if (!l.nodes) return;
    nodes.show((await get(`links/${encodeURIComponent(name)}/nodes`)).nodes);
    network.hidden = false;
  }
  return { refresh, leave: passing.leave };
}

function signal(n) {
  if (!n.rssi) return "";
  return h("span", {}, `${n.rssi} dBm `, h("meter", { min: -110, max: -30, low: -90, optimum: -40, value: n.rssi, title: "signal" }));
}

// lost is how many of the datagrams to a node did not arrive.
function lost(n) {
  const told = n.delivered + n.failed;
  return told ? `${number(n.failed)} (${Math.round((100 * n.failed) / told)} %)` : "0";
}
