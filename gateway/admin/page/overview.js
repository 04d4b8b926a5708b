import { get } from "./api.js";
import { ago, fill, h, number, plural, span, Table } from "./dom.js";
import { eventList } from "./parts.js";

// overview shows the gateway as a whole.
export function overview(root) {
  document.title = "Overview";
  const title = h("h1", {}, "Overview");
  const health = h("div");
  const strangers = h("div");
  const cards = h("div", { className: "cards" });
  const links = new Table((l) => l.name, [
    { name: "Link", value: (l) => h("a", { href: `#/links/${encodeURIComponent(l.name)}` }, l.name), keep: true },
    { name: "State", value: (l) => h("span", { className: `state ${l.up ? "up" : "down"}` }, l.up ? "up" : `down since ${ago(l.down_since)}${l.problem ? `: ${l.problem}` : ""}`) },
    { name: "Type", value: (l) => l.type, wide: true },
    { name: "Devices", value: (l) => number(l.devices), num: true },
    { name: "In", value: (l) => rate(`in ${l.name}`, l.received), num: true },
    { name: "Out", value: (l) => rate(`out ${l.name}`, l.sent), num: true },
    { name: "Malformed", value: (l) => number(l.dropped), num: true, wide: true },
    { name: "Undelivered", value: (l) => number(l.undelivered), num: true, wide: true },
  ]);
  const upstream = h("div");
  const recent = h("ul", { className: "events" });
  root.append(title, health, strangers, cards,
    h("section", { className: "card" }, h("h2", {}, "Links"), links.element), upstream,
    h("section", { className: "card" }, h("h2", {}, "Lately"), recent));

  const before = new Map();
  // rate shows how fast a counter goes up, from one refresh to the next.
  function rate(name, count) {
    const now = performance.now();
    const last = before.get(name);
    if (last && now - last.at < 1000) return last.text;
    const perSecond = last ? (count - last.count) / ((now - last.at) / 1000) : 0;
    const text = last ? `${perSecond < 10 ? perSecond.toFixed(1) : number(Math.round(perSecond))}/s` : "…";
    before.set(name, { at: now, count, text });
    return text;
  }

  return {
    async refresh() {
      const [g, l, u, e, a] = await Promise.all(
        [get("gateway"), get("links"), get("upstream"), get("events?limit=8&level=info"), get("approvals")]);
      fill(strangers, ...strangersCard(a));
      fill(health, ...(g.ready.reasons ?? []).map((r) => h("p", { className: "card error", role: "alert" }, `Not ready: ${r}.`)));
      fill(cards, devicesCard(g), messagesCard(g, rate), waitingCard(g), gatewayCard(g));
      links.show(l.links);
      fill(upstream, ...upstreamCard(g, u));
      eventList(recent, e.events, true);
    },
  };
}

function card(title, big, ...more) {
  return h("section", { className: "card" }, h("h2", {}, title), h("div", { className: "big" }, big), ...more);
}

function devicesCard(g) {
  const total = Object.values(g.devices).reduce((a, b) => a + b, 0);
  const states = Object.entries(g.devices).filter(([, n]) => n > 0).sort().map(([state, n]) =>
    h("li", {}, h("a", { className: `state ${state}`, href: `#/devices?state=${state}` }, `${number(n)} ${state}`)));
  return card("Devices", number(total), h("ul", { className: "states" }, ...states));
}

function strangersCard(list) {
  if (list.waiting.length === 0) return [];
  const words = list.waiting.length === 1 ? "1 device waits" : `${number(list.waiting.length)} devices wait`;
  return [h("p", { className: "card" }, h("a", { href: "#/approvals" }, `${words} for approval`))];
}

function messagesCard(g, rate) {
  const c = g.counters;
  return card("Messages from devices", rate("up", c.published_up),
    h("p", { className: "note" }, `${rate("down", c.published_down)} to devices`),
    h("p", { className: "note" }, `${number(c.publications_refused)} refused, ${number(c.dropped)} dropped, ${number(c.retransmissions)} sent again`));
}

function waitingCard(g) {
  return card("Waiting", number(g.queued), h("p", { className: "note" }, `${number(g.in_flight)} in flight, ${number(g.retained)} retained`),
    h("p", { className: "note" }, `${plural(g.clients, "MQTT client")}, ${plural(g.subscriptions, "subscription")}`));
}

function gatewayCard(g) {
  return card("Up for", span((Date.now() - new Date(g.started)) / 1000), h("p", { className: "note" }, `${g.mode}, gateway id ${g.id}`),
    h("p", { className: "note" }, g.version));
}

function upstreamCard(g, u) {
  if (!u.url) return [];
  const facts = [h("dt", {}, "Broker"), h("dd", {}, u.url)];
  if (u.bridge) {
    const b = u.bridge;
    const up = b.state === "ready";
    facts.push(h("dt", {}, "Connection"), h("dd", {}, h("span", { className: `state ${up ? "up" : "down"}` }, up ? "connected" : b.state)),
      h("dt", {}, "Spool"), h("dd", {}, `${number(b.spool_messages)} of ${number(b.spool_message_limit)} messages, ${number(g.counters.forwarded)} forwarded, ${number(g.counters.spool_aged)} too old`,
        h("meter", { min: 0, max: b.spool_message_limit, high: b.spool_message_limit * 0.8, value: b.spool_messages, title: "spool" })));
  } else {
    facts.push(h("dt", {}, "Connections"), h("dd", {}, `${number(u.ready)} of ${number(u.sessions)} connected, ${number(u.failing)} failing`),
      h("dt", {}, "On their way"), h("dd", {}, plural(u.messages, "message")));
  }
  return [h("section", { className: "card" }, h("h2", {}, "Upstream"), h("dl", {}, ...facts))];
}
