import { get, post } from "./api.js";
import { ago, h, Table } from "./dom.js";
import { link, sure } from "./parts.js";

// approvals shows the devices that only connect once they are approved.
export function approvals(root) {
  document.title = "Approvals";
  const said = h("p", { className: "note", role: "status" });
  const name = (a) => JSON.stringify([a.client, a.link, a.identity]);
  const waiting = new Table(name, [
    { name: "Device", value: (w) => w.client },
    { name: "Link", value: (w) => w.link, wide: true },
    { name: "Identity", value: (w) => w.identity, wide: true },
    { name: "Address", value: (w) => w.address, wide: true },
    { name: "First", value: (w) => ago(w.first), keep: true, wide: true },
    { name: "Last", value: (w) => ago(w.last), keep: true },
    { name: "Tries", value: (w) => w.attempts, num: true },
    { name: "", value: (w) => h("span", { className: "buttons" }, button("Approve", "approve", w), button("Dismiss", "dismiss", w)), num: true },
  ]);
  const approved = new Table(name, [
    { name: "Device", value: (a) => h("a", { href: link(a.client) }, a.client) },
    { name: "Link", value: (a) => a.link },
    { name: "Identity", value: (a) => a.identity, wide: true },
    { name: "", value: (a) => button("Take back", "dismiss", a), num: true },
  ]);
  const nobody = h("p", { className: "empty" });
  root.append(h("h1", {}, "Approvals"), said,
    h("section", { className: "card" }, h("h2", {}, "Waiting"), nobody, waiting.element),
    h("section", { className: "card" }, h("h2", {}, "Approved"), approved.element));
  root.addEventListener("click", (e) => {
    const { value, dataset } = e.target.closest("button") ?? {};
    if (value) command(dataset.command, value, e.target.textContent);
  });

  async function command(path, value, words) {
    const [client, onLink, identity] = JSON.parse(value);
    if (words === "Take back" && !(await sure(`Take the approval of ${client} back? It is disconnected.`))) return;
    try {
      await post(`approvals/${path}`, { client, link: onLink, identity });
      said.textContent = path === "approve" ? `${client} is let in when it next tries.` : "";
    } catch (err) {
      said.textContent = err.message;
    }
    refresh();
  }
  async function refresh() {
    const list = await get("approvals");
    nobody.hidden = list.waiting.length > 0;
    waiting.element.hidden = !nobody.hidden;
    nobody.textContent = "Nobody waits. Devices are listed here whom a rule of access with approve: true matches, when they try to connect.";
    waiting.show(list.waiting);
    approved.show(list.approved);
  }
  return { refresh };

  function button(words, path, a) {
    return h("button", { type: "button", value: name(a), "data-command": path, "aria-label": `${words} ${a.client}` }, words);
  }
}
