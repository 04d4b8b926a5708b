import { get, post } from "./api.js";
import { ago, clock, fill, h, number, span, Table } from "./dom.js";
import { packets } from "./packets.js";
import { eventList, state, sure } from "./parts.js";

// device shows everything about one device.
export function device(root, _, id) {
  document.title = id;
  const path = `devices/${encodeURIComponent(id)}`;
  const said = h("p", { className: "note", role: "status" });
  const kick = h("button", { type: "button", onclick: () => command("kick", `Disconnect ${id}? Its will is published, and a stored session is kept.`) }, "Disconnect");
  const forget = h("button", { type: "button", className: "danger", onclick: () => command("forget", `Forget ${id}, its subscriptions and ${messages.body.rows.length} waiting messages?`) }, "Forget");
  const facts = h("dl");
  const counters = h("dl");
  const topics = new Table((t) => t.id, [
    { name: "Id", value: (t) => t.id, keep: true },
    { name: "Topic", value: (t) => t.name },
    { name: "", value: (t) => (t.refused ? "refused by the device" : t.known ? "" : "not told yet") },
  ]);
  const subscriptions = new Table((s) => s.filter, [
    { name: "Subscription", value: (s) => s.filter },
    { name: "QoS", value: (s) => s.qos, num: true },
  ]);
  const messages = new Table((m) => m.key, [
    { name: "Waiting message", value: (m) => m.topic },
    { name: "QoS", value: (m) => m.qos, num: true },
    { name: "Octets", value: (m) => number(m.bytes), num: true },
    { name: "", value: (m) => (m.in_flight ? `in flight, try ${m.tries}` : ""), keep: true },
  ]);
  const passing = packets({ client: id }, { running: true });
  const timeline = h("ul", { className: "events" });
  const card = (title, ...inside) => h("section", { className: "card" }, h("h2", {}, title), ...inside);
  root.append(
    h("div", { className: "title" }, h("h1", {}, id), h("div", { className: "buttons" }, kick, forget)), said,
    h("div", { className: "two" }, card("Session", facts), card("Since the session began", counters)), passing.element,
    h("div", { className: "two" },
      h("div", {}, card("Topics", topics.element), card("Subscriptions", subscriptions.element)),
      h("div", {}, card("Queue", messages.element), publishCard(said))),
    card("Events", timeline));

  async function command(name, question) {
    if (!(await sure(question))) return;
    try {
      await post(`${path}/${name}`);
      if (name === "forget") location.hash = "#/devices";
      else await refresh();
    } catch (err) {
      said.textContent = err.message;
    }
  }

  async function refresh() {
    const d = await get(path);
    kick.disabled = d.state === "lost" || d.state === "disconnected";
    fill(facts, ...pairs({
      State: state(d),
      Version: `MQTT-SN ${d.version}`,
      Address: [d.link, d.address].filter(Boolean).join(" ") || "none",
      Identity: d.identity ?? "not proven",
      Heard: `${clock(d.last_heard)}, ${ago(d.last_heard)}`,
      [kick.disabled ? "Kept until" : "Lost unless heard by"]: clock(d.state_ends),
      "Keep alive": d.keep_alive ? span(d.keep_alive) : "off",
      Session: d.clean ? "ends with the connection" : "kept",
      Will: d.will_topic ?? "none",
    }));
    const c = d.counters;
    fill(counters, ...pairs({
      Datagrams: `${number(c.received)} received, ${number(c.sent)} sent`,
      Messages: `${number(c.published_up)} from the device, ${number(c.published_down)} to it`,
      "Sent again": number(c.retransmissions),
      Refused: `${number(c.refused)} from the device`,
      Dropped: `${number(c.dropped)} for the device`,
      Waiting: `${number(d.queued)} in the queue (${number(d.queued_bytes)} octets), ${number(d.in_flight)} in flight`,
    }));
    topics.show(d.topic_list);
    subscriptions.show(d.subscription_list);
    messages.show(d.message_list.map((m, i) => ({ ...m, key: i })));
    eventList(timeline, d.events, false);
  }
  return { refresh, leave: passing.leave };
}

const pairs = (facts) => Object.entries(facts).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);

// publishCard is a form that publishes a message.
function publishCard(said) {
  const topic = h("input", { name: "topic", required: true, autocomplete: "off" });
  const payload = h("input", { name: "payload", autocomplete: "off" });
  const qos = h("select", {}, ...[0, 1, 2].map((n) => h("option", { value: n }, n)));
  const retain = h("input", { type: "checkbox" });
  async function send(e) {
    e.preventDefault();
    try {
      const done = await post("publish", { topic: topic.value, payload: payload.value, qos: Number(qos.value), retain: retain.checked });
      said.textContent = `Published to ${done.sessions} session(s).`;
    } catch (err) {
      said.textContent = err.message;
    }
  }
  return h("section", { className: "card" }, h("h2", {}, "Publish a message"),
    h("form", { onsubmit: send },
      h("label", {}, "Topic", topic), h("label", {}, "Payload", payload),
      h("div", { className: "bar" }, h("label", {}, "QoS", qos), h("label", { className: "check" }, retain, "Retain"), h("button", {}, "Publish"))));
}
